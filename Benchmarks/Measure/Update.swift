import Apportion
import ArgumentParser
import Workloads

/// Sample, double-DQN step, clip, Adam and target network.
struct Update: ParsableCommand {
  @Argument(help: "The transitions of a batch.") var batch: Int
  @Argument(help: "The head: branches×choices, such as 8x16.") var head: String
  @OptionGroup var options: CommonOptions

  func run() throws {
    let sizes = head.split(separator: "x").compactMap { Int($0) }
    guard sizes.count == 2 else { throw ValidationError("A head looks like 8x16, not \(head).") }
    let shape = networkShape(branches: sizes[0], choices: sizes[1])
    setBLASThreads(1)
    let update = DoubleQUpdate(
      shape: shape, maximumBatch: batch, seed: 1,
      pool: WorkerPool(threads: options.threads ?? availableThreads()))
    let ring = ReplayWorkload(shape: shape, capacity: 100_000, batch: batch)
    let time = seconds {
      ring.sample()
      _ = update.update(ring.batch.transitions)
    }
    try show(["seconds": time, "gflops": shape.updateOperations(batch: batch) / time / 1e9])
  }
}
