import Apportion
import ArgumentParser
import Workloads

/// The reference policy's choices for a batch of raw observations: normalised, valued, searched.
struct Acting: ParsableCommand {
  @Argument(help: "The observations of a batch.") var batch: Int
  @OptionGroup var options: CommonOptions

  func run() throws {
    let policy = referencePolicy()
    let runner = PolicyRunner(policy, maximumBatch: batch, threads: options.threads)
    let observations = randomMatrix(batch, policy.shape.observationSize)
    var actions = [Int32](repeating: 0, count: batch * policy.shape.branchCount)
    try show([
      "seconds": medianSeconds { runner.act(observations: observations.view, into: &actions) }
    ])
  }
}
