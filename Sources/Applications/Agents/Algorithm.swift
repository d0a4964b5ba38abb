import Foundation
import Learning

/// A way of learning, by its name, with the hyperparameters to begin from.
package struct Algorithm: Sendable {
  /// The name that `--algorithm` takes.
  package let name: String
  /// The hyperparameters to begin from.
  package let agent: any AgentConfiguration
  /// The algorithm whose preset serves this one too where it has none of its own.
  package let relative: String?

  /// Names a way of learning.
  package init(_ name: String, _ agent: any AgentConfiguration, relative: String? = nil) {
    self.name = name
    self.agent = agent
    self.relative = relative
  }

  /// The first file of settings in a folder that is called after one of some problems, or kinds of them, and this algorithm
  /// or its relative, as in `pricing.dqn.yaml`.
  package func preset(of problems: [String], in folder: String) -> String? {
    problems.flatMap { problem in
      [name, relative].compactMap { $0 }.map { "\(folder)/\(problem).\($0).yaml" }
    }.first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The double-DQN that problems with a plan are learned by, from pairs with it where their preset says so.
  package static let paired = Algorithm("paired-double-dqn", DoubleDQNConfiguration())

  /// What learns any environment: `dqn` is that of Mnih et al. (2015), `double-dqn` that of van Hasselt, Guez and Silver
  /// (2016), `qr-dqn` that of Dabney, Rowland, Bellemare and Munos (2018), `ppo` that of Schulman et al. (2017), `a2c` that
  /// of Mnih et al. (2016), `reinforce` that of Williams (1992).
  package static let common: [Algorithm] = [
    Algorithm("dqn", DoubleDQNConfiguration.small),
    Algorithm("double-dqn", DoubleDQNConfiguration.small.with { $0.isDouble = true }, relative: "dqn"),
    Algorithm("qr-dqn", DoubleDQNConfiguration.small.with { $0.quantiles = 50 }, relative: "dqn"),
    Algorithm("ppo", PPOConfiguration()), Algorithm("a2c", A2CConfiguration()),
    Algorithm("reinforce", REINFORCEConfiguration()),
  ]

  /// What learns finite environments in tables (Watkins and Dayan, 1992; van Hasselt, 2010; Sutton and Barto, 2018, §6).
  package static let tabular: [Algorithm] = TabularRule.allCases.map {
    Algorithm($0.rawValue, TabularConfiguration(rule: $0))
  }
}
