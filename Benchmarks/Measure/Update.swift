import Apportion
import ArgumentParser
import Workloads

/// Sample, double-DQN step, clip, Adam and target network.
struct Update: ParsableCommand {
  @Argument(help: "The transitions of a batch.") var batch: Int
  @Argument(help: "The head: branches×choices, such as 8x16, or `joint`, 65,536 joint actions.") var head:
    String
  @Flag(help: "Adam leaves alone the outputs of a joint head that a batch has no gradient for.") var sparse =
    false
  @OptionGroup var options: CommonOptions

  func run() throws {
    let shape = try shape()
    setBLASThreads(1)
    let pool = WorkerPool(threads: options.threads ?? availableThreads())
    let update = DoubleQUpdate(
      shape: shape, configuration: .init(isSparse: sparse), maximumBatch: batch, seed: 1, pool: pool)
    let ring = ReplayWorkload(shape: shape, capacity: 100_000, batch: batch, pool: pool)
    let time = medianSeconds {
      ring.sample()
      _ = update.update(ring.batch.transitions)
    }
    try show(["seconds": time, "gflops": shape.updateOperations(batch: batch) / time / 1e9])
  }

  private func shape() throws -> NetworkShape {
    if head == "joint" { return jointShape }
    let sizes = head.split(separator: "x").compactMap { Int($0) }
    guard sizes.count == 2 else { throw ValidationError("A head looks like 8x16, not \(head).") }
    return networkShape(branches: sizes[0], choices: sizes[1])
  }
}
