import Apportion
import ArgumentParser
import Workloads

/// A uniform sample of transitions from a ring of 100,000, normalised, 64 floats per observation and one action.
struct Sampling: ParsableCommand {
  @Argument(help: "The transitions of a sample.") var batch: Int
  @OptionGroup var options: CommonOptions

  func run() throws {
    let ring = ReplayWorkload(
      shape: networkShape(branches: 1, choices: 16), capacity: 100_000, batch: batch,
      pool: WorkerPool(threads: options.threads ?? availableThreads()))
    try show(["seconds": medianSeconds { ring.sample() }])
  }
}
