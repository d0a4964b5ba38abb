import Apportion
import ArgumentParser
import Workloads

/// An update of the weakly coupled double-DQN: sample, three passes, loss, clip, Adam and target network.
struct ChannelUpdate: ParsableCommand {
  @Argument(help: "The states of a batch; each brings nine rows.") var states: Int
  @OptionGroup var options: CommonOptions

  func run() throws {
    var configuration = WeaklyCoupledConfiguration()
    configuration.batchStates = states
    // Passes are filled by few lanes, so that play takes next to no time beside so many updates.
    (configuration.lanes, configuration.updatesPerPass, configuration.passes) = (16, 100, .max / 1_000_000)
    let learner = WeaklyCoupledDQN(
      ChannelNoise(), configuration: configuration, seed: 1, threads: options.threads ?? availableThreads())
    for _ in 0..<2 { learner.advance() }
    let time = medianSeconds { learner.advance() }
    try show(["seconds": time / Double(configuration.updatesPerPass)])
  }
}
