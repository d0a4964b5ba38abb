import Apportion
import Documents

/// A problem that an algorithm can be trained on, by name: one of the classics, or a market.
public struct Problem: Sendable {
  /// The name: Gymnasium's, where it has one.
  public let name: String
  /// The problem itself.
  public let environment: any Environment
  /// How many environment steps a run plays unless told otherwise.
  public let defaultSteps: Int
  /// The best mean return there is, where it can be computed.
  public let bestReturn: (@Sendable () -> Double)?

  /// The market, where the problem is one.
  public var market: Market? { (environment as? BudgetAllocation)?.market }

  /// The problem's model, where it is finite.
  public var world: (any FiniteEnvironment)? { environment as? any FiniteEnvironment }

  /// The problems that are no markets.
  public static var classics: [Problem] {
    [
      Problem("CartPole-v1", CartPole(), steps: 100_000), Problem("Acrobot-v1", Acrobot(), steps: 1_000_000),
      Problem("MountainCar-v0", MountainCar(), steps: 120_000),
      Problem("Pendulum-v1", Pendulum(), steps: 300_000),
      Problem("FrozenLake-v1", FrozenLake.small(), steps: 1_000_000),
      Problem("FrozenLake8x8-v1", FrozenLake.large(), steps: 3_000_000),
      Problem("CliffWalking-v1", CliffWalking(), steps: 300_000), Problem("Taxi-v3", Taxi(), steps: 500_000),
      Problem("Identity-2x2", IdentityTask(branchSizes: [2, 2]), steps: 20_000) { 100 },
      Problem(
        "Identity-9x16", IdentityTask(branchSizes: Array(repeating: 16, count: 9)), steps: 500_000
      ) { 100 },
      knapsack("Knapsack-3x4", branchSizes: [4, 4, 4]),
      knapsack("Knapsack-9x16", branchSizes: Array(repeating: 16, count: 9)), smallBudget,
    ]
  }

  /// The classic of a name, or the market of a name or file.
  ///
  /// - Throws: `ConfigurationError` where there is neither; `MarketError` where a market file is wrong.
  public init(named name: String) throws {
    if let classic = Self.classics.first(where: { $0.name == name }) {
      self = classic
    } else if Market.bundledNames.contains(name) || name.contains("/") || name.hasSuffix(".yaml") {
      try self.init(market: name)
    } else {
      let names = Self.classics.map(\.name) + Market.bundledNames
      let meant = nearest(to: name, in: names).map { "did you mean '\($0)'? " } ?? ""
      throw ConfigurationError(
        place: "--env \(name)",
        message: "there is no such problem; \(meant)there are \(names.joined(separator: ", "))")
    }
  }

  /// The market of a name or file; it is seen as its advertiser sees it, and pays what was expected.
  ///
  /// - Throws: `MarketError` where there is none, or its file is wrong.
  public init(market name: String) throws {
    let market = try Market(named: name)
    self.init(
      market.name, BudgetAllocation(market: market, observation: .advertiser, reward: .expected),
      steps: 2_000_000)
  }

  /// The market seen or paid in another way.
  ///
  /// - Throws: `ConfigurationError` where the problem is no market and something else than the standard is asked for.
  func asked(observation: ObservationKind, reward: BudgetAllocation.RewardSignal) throws(ConfigurationError)
    -> Problem
  {
    if let market {
      return Problem(
        name, BudgetAllocation(market: market, observation: observation, reward: reward), steps: defaultSteps,
        bestReturn: bestReturn)
    }
    guard observation == .advertiser, reward == .expected else {
      throw ConfigurationError(
        place: "configuration", message: "'observation' and 'reward' are a market's; \(name) has one of each")
    }
    return self
  }

  init(
    _ name: String, _ environment: any Environment, steps: Int, bestReturn: (@Sendable () -> Double)? = nil
  ) {
    self.name = name
    self.environment = environment
    defaultSteps = steps
    self.bestReturn = bestReturn
  }
}
