import Budgets
import Environments
import LinearAlgebra
import Measuring

/// How fast an environment steps under random actions.
struct EnvironmentBenchmark: Encodable {
  let name: String
  let lanes: Int
  let stepsPerSecond: Double
  /// The pace on all threads over the pace on one.
  let scaling: Double

  init(name: String, _ environment: some Environment, lanes: Int, budget: Double) {
    self.name = name
    self.lanes = lanes
    let one = Self.stepsPerSecond(environment, lanes: lanes, threads: 1, budget: budget)
    stepsPerSecond = Self.stepsPerSecond(
      environment, lanes: lanes, threads: availableThreads(), budget: budget)
    scaling = stepsPerSecond / one
  }

  /// The problems of classic control and the bundled markets.
  static func all(budget: Double, note: (String) -> Void) throws -> [EnvironmentBenchmark] {
    func measured(_ name: String, _ environment: some Environment, lanes: Int) -> EnvironmentBenchmark {
      note("environment \(name)")
      return EnvironmentBenchmark(name: name, environment, lanes: lanes, budget: budget)
    }
    // A step of a lane takes some nanoseconds, of a market's lane 100, of one that plans 20,000: as many lanes as make
    // a second thread worth its waking.
    let classics = [
      measured("CartPole-v1", CartPole(), lanes: 65_536), measured("Acrobot-v1", Acrobot(), lanes: 8192),
      measured("MountainCar-v0", MountainCar(), lanes: 65_536),
      measured("Pendulum-v1", Pendulum(), lanes: 65_536),
    ]
    return try classics
      + Market.bundledNames.flatMap { name in
        let market = try Market.bundled(name)
        return ObservationKind.allCases.map { kind in
          measured(
            kind == .advertiser ? name : "\(name)/\(kind.rawValue)",
            BudgetAllocation(market: market, observation: kind), lanes: kind == .advertiser ? 4096 : 512)
        }
      }
  }

  private static func stepsPerSecond(
    _ environment: some Environment, lanes: Int, threads: Int, budget: Double
  ) -> Double {
    let field = VectorEnvironment(count: lanes, seed: 1, threads: threads) { environment }
    let sizes = environment.actionSpace.branchSizes
    var stream = RandomStream(seed: 1, purpose: .test)
    let rows = (0..<8).map { _ in
      (0..<lanes).flatMap { _ in sizes.map { Int32(Float($0) * stream.uniform()) } }
    }
    var turn = 0
    field.reset()
    let seconds = medianSeconds(budget: budget) {
      field.step(actions: rows[turn % rows.count])
      turn += 1
    }
    return Double(lanes) / seconds
  }
}
