import Apportion
import ArgumentParser

/// Double-DQN on CartPole-v1: one lane, one update of batch 64 per step, a 64-64 network.
struct TrainCartPole: ParsableCommand {
  @Argument(help: "The steps to time.") var steps: Int
  @OptionGroup var options: CommonOptions

  func run() throws {
    let lanes = VectorEnvironment(count: 1, seed: 1) { CartPole() }
    let learner = DoubleDQN(
      environments: lanes,
      configuration: DoubleDQNConfiguration(
        hidden: [64, 64], nStep: 1, batchSize: 64, replayCapacity: 100_000, warmupSteps: 500,
        environmentStepsPerUpdate: 1, scheduleSteps: 1000 + steps, threads: options.threads))
    try learner.train(steps: 1000)
    let start = ContinuousClock.now
    try learner.train(steps: steps)
    try show(["seconds": start.duration(to: .now) / .seconds(1) / Double(steps)])
  }
}
