import Applications
import Documents
import Environments
import Foundation
import Learning

/// A problem of the field by its usual name: classic control, finite worlds, and combinatorial tasks with known optima.
package struct ClassicProblem: Application {
  /// Classic problems are shown in one way only.
  package struct Options: ProblemOptions {
    package init() {}
    package static var settings: [Setting<Options>] { [] }
  }

  package static let kind = "classic"
  package static let summary = "classic control, finite worlds and combinatorial tasks"
  package static let fileName = "problem.yaml"
  package static let presets = Bundle.module.bundleURL.appendingPathComponent("Presets").path
  package static let bundledNames = all.map(\.name)

  /// The name: Gymnasium's, where it has one.
  package let name: String
  package let summary: String
  /// The problem itself.
  package let task: any Environment
  package let defaultSteps: Int
  private let bestReturn: (@Sendable () -> Double)?

  static let all: [ClassicProblem] = [
    ClassicProblem("CartPole-v1", "balance a pole on a cart", CartPole(), steps: 100_000),
    ClassicProblem("Acrobot-v1", "swing a two-link arm up", Acrobot(), steps: 1_000_000),
    ClassicProblem("MountainCar-v0", "drive an underpowered car uphill", MountainCar(), steps: 120_000),
    ClassicProblem("Pendulum-v1", "swing a pendulum up and hold it", Pendulum(), steps: 300_000),
    ClassicProblem("FrozenLake-v1", "cross a slippery lake of 4 × 4", FrozenLake.small(), steps: 1_000_000),
    ClassicProblem(
      "FrozenLake8x8-v1", "cross a slippery lake of 8 × 8", FrozenLake.large(), steps: 3_000_000),
    ClassicProblem("CliffWalking-v1", "walk along a cliff", CliffWalking(), steps: 300_000),
    ClassicProblem("Taxi-v3", "fetch and bring passengers", Taxi(), steps: 500_000),
    ClassicProblem(
      "Identity-2x2", "play what is shown, 2 branches of 2", IdentityTask(branchSizes: [2, 2]), steps: 20_000
    ) { 100 },
    ClassicProblem(
      "Identity-9x16", "play what is shown, 9 branches of 16",
      IdentityTask(branchSizes: Array(repeating: 16, count: 9)), steps: 500_000
    ) { 100 },
    knapsack("Knapsack-3x4", branchSizes: [4, 4, 4]),
    knapsack("Knapsack-9x16", branchSizes: Array(repeating: 16, count: 9)),
  ]

  init(
    _ name: String, _ summary: String, _ environment: any Environment, steps: Int,
    bestReturn: (@Sendable () -> Double)? = nil
  ) {
    self.name = name
    self.summary = summary
    task = environment
    defaultSteps = steps
    self.bestReturn = bestReturn
  }

  package init(bundled name: String) throws {
    guard let problem = Self.all.first(where: { $0.name == name }) else {
      throw InputError.configuration(name, "there is no such problem", "see `apportion markets`")
    }
    self = problem
  }

  /// Reads `kind: classic` and `name: NAME`.
  package init(contentsOf path: String) throws {
    let lines = String(decoding: try AtomicFile.read(path), as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("name:") }) else {
      throw InputError.configuration(path, "says no `name`", "write the classic problem's")
    }
    try self.init(bundled: line.dropFirst(5).trimmingCharacters(in: .whitespaces))
  }

  package func write(toRunFolder path: String) throws {
    try AtomicFile.write("kind: \(Self.kind)\nname: \(name)\n", to: "\(path)/\(Self.fileName)")
  }

  /// The problem's model, where it is finite.
  var world: (any FiniteEnvironment)? { task as? any FiniteEnvironment }

  package var algorithms: [Algorithm] {
    world == nil ? Algorithm.common : Algorithm.tabular + Algorithm.common
  }
  package var learnerThreads: Int? { 1 }

  package func environment(_ options: Options) -> any Environment { task }

  package func environment(of policy: Policy) -> any Environment { task }

  package func score(
    _ policy: Policy, options: Options, on episodes: HeldOutEpisodes, trainingSeed: UInt64
  ) -> Double {
    func play<E: Environment>(_ environment: E, _ count: Int, _ seed: UInt64) -> Double {
      evaluate(policy, in: environment, episodes: count, seed: seed, threads: 1).mean
    }
    switch episodes {
    case .validation(let count): return play(task, count, trainingSeed ^ validationSeed)
    case .evaluation(let count): return play(task, count, trainingSeed)
    }
  }

  package func bestScore(discount: Double?, episodes: Int) throws -> BestScore? {
    if let bestReturn { return .optimum(bestReturn()) }
    guard let discount, let world else { return nil }
    let values = try FiniteMDP(world.transitions).valueIteration(discount: discount).values
    return .optimum(world.startStates.reduce(0) { $0 + values[$1] } / Double(world.startStates.count))
  }
}
