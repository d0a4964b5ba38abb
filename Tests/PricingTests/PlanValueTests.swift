import Environments
import LinearAlgebra
import Pricing
import Testing

@Suite struct PlanValueTests {
  /// One product of known demand.
  private func problem(units: Int?, cancellations: PricingProblem.Cancellations?) -> PricingProblem {
    PricingProblem(
      name: "season", summary: "", currency: "USD", periods: 40,
      traffic: Array(repeating: 1, count: 40),
      resources: units.map { [.init(name: "rooms", capacity: $0)] } ?? [],
      products: [.init(name: "stay", prices: [20, 40, 60, 80], uses: units == nil ? [] : [0])],
      demand: .exponential(scales: [6], slopes: [0.03]), uncertainty: .init(), reference: nil,
      cancellations: cancellations, mayClose: false)
  }

  /// Where stock never binds the plan is exact: what it expects at any time is what a season then earns on the average,
  /// what is paid back included. An honest plan leaves its interval of four standard errors once in 16,000 comparisons.
  @Test(arguments: [0, 0.01, 0.05]) func plansExpectWhatSeasonsEarn(chance: Double) throws {
    let problem = problem(units: 1000, cancellations: .init(chance: chance, refund: 0.8))
    let simulation = try PricingSimulation(problem)
    let seasons = 1500
    var stream = RandomStream(seed: 5, purpose: .test)
    for start in [0, 20] {
      var (sum, squares) = (0.0, 0.0)
      for _ in 0..<seasons {
        var state = simulation.makeState(stream: &stream)
        for _ in 0..<start {
          _ = simulation.step(&state, choices: state.plan.choices, stream: &stream)
        }
        var surprise = -simulation.plannedValue(state)
        while state.period < problem.periods {
          surprise += simulation.step(&state, choices: state.plan.choices, stream: &stream)
        }
        sum += surprise
        squares += surprise * surprise
      }
      let mean = sum / Double(seasons)
      let error =
        (squares / Double(seasons) - mean * mean).squareRoot() / Double(seasons).squareRoot()
      #expect(abs(mean) < 4 * error, "from \(start): \(mean) ± \(error)")
    }
  }

  /// Rewards of steps that are compared have the mean of plain ones (within four standard errors) and, with what the plan
  /// says of the state reached, less than a third of their variance; where units come back, whose luck stays, two thirds.
  @Test(arguments: [nil, PricingProblem.Cancellations(chance: 0.01, refund: 0.8)])
  func comparedStepsAreFreedOfLuck(cancellations: PricingProblem.Cancellations?) throws {
    let simulation = try PricingSimulation(problem(units: 40, cancellations: cancellations))
    let lanes = 512
    let fields = [true, false].map { compared in
      VectorEnvironment(count: lanes, seed: 3) {
        PricingEnvironment(simulation, hasCounterfactual: compared)
      }
    }
    for field in fields { field.reset() }
    let column = try #require(fields[0].environment.observationLayout.prior).lowerBound
    var (squares, difference, spread) = ([0.0, 0.0], 0.0, 0.0)
    for _ in 0..<38 {
      var changes = [[Double]](repeating: [], count: 2)
      let actions = (0..<lanes).map { Int32($0 % 4) }
      for (number, field) in fields.enumerated() {
        let before = (0..<lanes).map { Double(field.observations[$0, column]) }
        field.step(actions: actions)
        changes[number] = (0..<lanes).map {
          Double(field.rewards[$0]) + Double(field.observations[$0, column]) - before[$0]
        }
        // Each price loses something of its own.
        for price in 0..<4 {
          let own = stride(from: price, to: lanes, by: 4).map { changes[number][$0] }
          let mean = own.reduce(0, +) / Double(own.count)
          squares[number] += own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        }
      }
      for (smooth, plain) in zip(changes[0], changes[1]) {
        difference += smooth - plain
        spread += (smooth - plain) * (smooth - plain)
      }
    }
    #expect(abs(difference) < 4 * spread.squareRoot(), "\(difference), \(spread)")
    #expect(spread > 0 && squares[0] < squares[1] * (cancellations == nil ? 1 / 3 : 2 / 3), "\(squares)")
  }

  /// Where demand is hidden, what compared rewards add to a season's profit does not depend on the prices asked, so that no
  /// policy becomes better or worse (a false alarm in 16,000 runs).
  @Test(arguments: ["scarf-season", "hotel-nights"]) func noPriceIsFavoured(name: String) throws {
    let simulation = try PricingSimulation(PricingProblem(bundled: name))
    let (lanes, branches) = (1024, simulation.problem.products.count)
    let added = [Int32(1), 4].map { price -> [Double] in
      let actions = [Int32](repeating: price, count: lanes * branches)
      var sums = [Double](repeating: 0, count: lanes)
      for compared in [true, false] {
        let field = VectorEnvironment(count: lanes, seed: 8) {
          PricingEnvironment(simulation, hasCounterfactual: compared)
        }
        field.reset()
        for _ in 0..<simulation.problem.periods {
          field.step(actions: actions)
          for lane in 0..<lanes { sums[lane] += Double(field.rewards[lane]) * (compared ? 1 : -1) }
        }
      }
      return sums
    }
    let differences: [Double] = zip(added[0], added[1]).map { $0 - $1 }
    let mean: Double = differences.reduce(0, +) / Double(lanes)
    let variance: Double = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(lanes)
    let error = (variance / Double(lanes)).squareRoot()
    #expect(error > 0 && abs(mean) < 4 * error, "\(mean) ± \(error)")
  }
}
