import Environments
import Foundation
import Learning
import LinearAlgebra
import Testing

import Pricing

@Suite struct SimulationTests {
  static func problem(_ change: (inout PricingProblem) -> Void = { _ in }) throws -> PricingSimulation {
    var problem = try PricingProblem(yaml: PricingProblemTests.yaml)
    change(&problem)
    return try PricingSimulation(problem)
  }

  /// All demand known, one product, prices in fine steps: the planner's certainty-equivalent policy is near the optimum
  /// that is known in closed form, and never above it.
  @Test func oneProductOfKnownDemand() throws {
    let problem = PricingProblem(
      name: "season", summary: "", currency: "USD", periods: 400, traffic: Array(repeating: 1, count: 400),
      resources: [.init(name: "stock", capacity: 8)],
      products: [.init(name: "one", prices: (1...100).map { 0.05 * Double($0) }, uses: [0])],
      demand: .exponential(scales: [20 / 400], slopes: [1]), uncertainty: .init(), reference: nil,
      cancellations: nil, mayClose: false)
    let simulation = try PricingSimulation(problem)
    let play = PricingPlay(simulation, episodes: 2000, seed: 1)
    let record = play.run(.certaintyEquivalent, withBounds: true)
    let season = ExponentialDemand(scale: 20, slope: 1)
    let mean = record.profits.reduce(0, +) / 2000
    let deviation =
      (record.profits.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1999 / 2000).squareRoot()
    // In periods of a 400th a season is a little worse than in continuous time. False alarms in 3e-6 of runs.
    #expect(mean < season.revenue(stock: 8, time: 1) + 4.5 * deviation)
    #expect(mean > 0.95 * season.revenue(stock: 8, time: 1) - 4.5 * deviation)
    #expect(abs(record.bounds[0] - season.deterministicBound(stock: 8, time: 1)) < 0.01)
  }

  /// A dear period makes buyers remember dear prices, for a while: the planner values that as following it to the season's
  /// end does. (Held for ever, the remembered price would be worth eight times as much.)
  @Test(arguments: [false, true]) func rememberedPricesFade(isLogit: Bool) throws {
    let ladder = (4...12).map { Double($0) }
    let problem = PricingProblem(
      name: "shelf", summary: "", currency: "USD", periods: 52, traffic: Array(repeating: 1, count: 52),
      resources: [], products: (0..<2).map { .init(name: "p\($0)", prices: ladder, cost: 2) },
      demand: isLogit
        ? .logit(visitors: 20, intercepts: [3, 2], sensitivity: 0.5)
        : .exponential(scales: [30, 20], slopes: [0.25, 0.2]),
      uncertainty: .init(), reference: .init(memory: 0.8, effect: 0.02), cancellations: nil, mayClose: false)
    let simulation = try PricingSimulation(problem)
    var stream = RandomStream(seed: 1, purpose: .test)
    let start = simulation.makeState(stream: &stream)
    let choices = start.plan.choices
    // Endless stock: profits are expectations, whatever is drawn.
    func rest(_ start: PricingState) -> Double {
      var state = start
      var profit = 0.0
      while state.period < problem.periods {
        profit += simulation.step(&state, choices: choices, stream: &stream)
      }
      return profit
    }
    var states = [start, start]
    for step in 0..<2 {
      _ = simulation.step(
        &states[step], choices: choices.map { $0 + step }, stream: &stream)
    }
    let planned = simulation.plannedValue(states[1]) - simulation.plannedValue(states[0])
    let real = rest(states[1]) - rest(states[0])
    #expect(real > 0.1)
    #expect(abs(planned - real) < 0.15 * real, "\(planned) against \(real)")
  }

  /// The logit's best prices on a ladder, by brute force.
  @Test func logitPlansAreBestOnTheLadder() throws {
    for seed in 1...10 as ClosedRange<UInt64> {
      var stream = RandomStream(seed: seed, purpose: .test)
      let problem = PricingProblem(
        name: "shelf", summary: "", currency: "USD", periods: 4, traffic: [1, 1, 1, 1], resources: [],
        products: (0..<3).map {
          .init(
            name: "p\($0)", prices: (1...5).map { Double($0) + Double(stream.uniform()) }, cost: 0.5)
        },
        demand: .logit(
          visitors: 10, intercepts: (0..<3).map { _ in Double(3 * stream.uniform()) }, sensitivity: 0.8),
        uncertainty: .init(), reference: nil, cancellations: nil, mayClose: seed % 2 == 0)
      let simulation = try PricingSimulation(problem)
      let state = simulation.makeState(stream: &stream)
      guard case .logit(_, let intercepts, let sensitivity) = problem.demand else { continue }
      let market = MultinomialLogit(intercepts: intercepts, sensitivity: sensitivity)
      var best = 0.0
      for first in 0..<problem.choiceCount(0) {
        for second in 0..<problem.choiceCount(1) {
          for third in 0..<problem.choiceCount(2) {
            let prices = [problem.price(0, first), problem.price(1, second), problem.price(2, third)]
            let open = prices.indices.filter { prices[$0].isFinite }
            let shares = market.shares(prices: prices.map { min($0, 1e6) })
            best = max(best, open.reduce(0) { $0 + shares[$1] * (prices[$1] - 0.5) })
          }
        }
      }
      #expect(abs(state.plan.profit - 10 * best) < 1e-9)
    }
  }

  /// Strategies and the environment are one simulation: the same choices earn the same in both.
  @Test func environmentPlaysAsStrategiesDo() throws {
    for name in ["yogurt-shelf", "hotel-nights"] {
      let simulation = try PricingSimulation(PricingProblem(bundled: name))
      let environment = PricingEnvironment(simulation)
      let layout = environment.observationLayout
      try #require(layout.fault(for: environment.actionSpace) == nil)
      let prior = try #require(layout.prior)
      let sizes = environment.actionSpace.branchSizes
      let greedy = evaluate(environment, episodes: 24, seed: 5) { observations, actions in
        for row in 0..<observations.rows {
          var column = prior.lowerBound + 1
          for (branch, size) in sizes.enumerated() {
            let values = (0..<size).map { observations[row, column + $0] }
            let largest = values.max() ?? 0
            actions[row * sizes.count + branch] = Int32(values.firstIndex(of: largest) ?? 0)
            column += size
          }
        }
      }
      let record = PricingPlay(simulation, episodes: 24, seed: 5).run(.certaintyEquivalent)
      for (own, other) in zip(greedy.returns, record.profits) {
        #expect(abs(own - other) < 1e-3 * (1 + abs(other)))
      }
    }
  }

  @Test func sharesOfThreadsChangeNothing() throws {
    let simulation = try Self.problem { $0.uncertainty.slope = 0.2 }
    let play = PricingPlay(simulation, episodes: 100, seed: 2)
    #expect(play.run(.thompsonSampling).profits == play.run(.thompsonSampling).profits)
  }

  /// Sales, stock and money add up, whatever is played.
  @Test func nothingIsSoldThatIsNotThere() throws {
    for name in ["scarf-season", "hotel-nights", "hub-and-four-spokes"] {
      let simulation = try PricingSimulation(PricingProblem(bundled: name))
      let problem = simulation.problem
      var stream = RandomStream(seed: 9, purpose: .test)
      var state = simulation.makeState(stream: &stream)
      for _ in 0..<problem.periods {
        let choices = problem.products.indices.map { stream.integer(below: problem.choiceCount($0)) }
        let before = state
        let profit = simulation.step(&state, choices: choices, stream: &stream)
        var expected = 0.0
        for product in problem.products.indices where state.lastSales[product] > 0 {
          let price = problem.price(product, choices[product])
          try #require(price.isFinite)
          expected += state.lastSales[product] * (price - problem.products[product].cost)
        }
        for resource in problem.resources.indices {
          #expect(state.units[resource] >= 0)
          #expect(state.units[resource] <= Double(problem.resources[resource].capacity))
          let users = problem.products.indices.filter { problem.products[$0].uses.contains(resource) }
          var left = before.units[resource]
          for product in users {
            left -= state.lastSales[product]
            guard problem.cancellations != nil else { continue }
            left += before.held[product] + state.lastSales[product] - state.held[product]
          }
          #expect(abs(left - state.units[resource]) < 1e-9)
        }
        let refunds = expected - profit
        let most = problem.cancellations == nil ? 1e-6 : Double.infinity
        #expect((-1e-6...most).contains(refunds))
      }
    }
  }

  /// What is believed closes in on the truth.
  @Test func beliefsLearn() throws {
    let simulation = try Self.problem {
      $0.periods = 300
      $0.traffic = Array(repeating: 1, count: 300)
      $0.resources[0].capacity = 100_000
      $0.uncertainty = .init(scale: 0.4, slope: 0.4)
    }
    var stream = RandomStream(seed: 3, purpose: .test)
    var state = simulation.makeState(stream: &stream)
    let start = simulation.belief(state, 0)
    for _ in 0..<300 {
      let choices = [stream.integer(below: 3), stream.integer(below: 5)]
      _ = simulation.step(&state, choices: choices, stream: &stream)
    }
    let end = simulation.belief(state, 0)
    #expect(
      end.scale.deviation < 0.5 * start.scale.deviation && end.slope.deviation < 0.5 * start.slope.deviation)
    for column in simulation.table.columns(0) {
      #expect(abs(log(state.expected[column] / state.truth[column])) < 0.25)
    }
  }

  /// No strategy beats the bound, and knowing demand is worth something.
  @Test func strategiesUnderTheBound() throws {
    for name in ["scarf-season", "hotel-nights", "yogurt-shelf"] {
      let simulation = try PricingSimulation(PricingProblem(bundled: name))
      let play = PricingPlay(simulation, episodes: 128, seed: 4)
      let known = play.run(.knownDemand, withBounds: true)
      let bound = known.bounds.reduce(0, +)
      let fixed = play.run(play.bestFixed()).profits.reduce(0, +)
      for strategy in [PriceStrategy.myopic, .certaintyEquivalent, .thompsonSampling] {
        let record = play.run(strategy)
        #expect(record.profits.reduce(0, +) < bound)
      }
      #expect(fixed < known.profits.reduce(0, +) && known.profits.reduce(0, +) < bound)
      let regret = RegretCurve(name: "fixed", path: play.run(play.bestFixed()).path, known: known.path)
      #expect((regret.regrets.last ?? 0) > 0)
    }
  }

  @Test func wholeNetworksAsPosts() throws {
    let simulation = try PricingSimulation(PricingProblem(bundled: "hub-and-four-spokes"))
    let prices = try #require(simulation.prices)
    let posted = PricingPlay(simulation, episodes: 64, seed: 6).run(.certaintyEquivalent).profits
    // The same policy by the lanes of requests: equal luck gives equal revenue.
    let asked = BidPricePolicy(prices: prices).revenues(seasons: 64, seed: 1 << 63 | 6)
    let totals = (posted: posted.reduce(0, +), asked: asked.reduce(0, +))
    #expect(abs(totals.posted - totals.asked) < 0.01 * totals.asked)
  }

  /// A counterfactual step is the planner's, with the luck of the step played.
  @Test func counterfactualsPlayThePlan() throws {
    let simulation = try PricingSimulation(PricingProblem(bundled: "scarf-season"))
    let environment = PricingEnvironment(simulation, hasCounterfactual: true)
    let lanes = VectorEnvironment(count: 8, seed: 3, threads: 1) { environment }
    let plain = VectorEnvironment(count: 8, seed: 3, threads: 1) { PricingEnvironment(simulation) }
    lanes.reset()
    plain.reset()
    let prior = try #require(environment.observationLayout.prior)
    for _ in 0..<60 {
      let planned = (0..<8).map { lane -> Int32 in
        let values = (0..<prior.count - 1).map { lanes.observations[lane, prior.lowerBound + 1 + $0] }
        return Int32(values.firstIndex(of: values.max() ?? 0) ?? 0)
      }
      lanes.step(actions: planned.span)
      plain.step(actions: planned.span)
      let counterfactual = try #require(lanes.results.counterfactual)
      for lane in 0..<8 {
        #expect(counterfactual.actions[lane] == planned[lane])
        #expect(counterfactual.rewards[lane] == lanes.results.rewards[lane])
        #expect(lanes.results.terminated[lane] == plain.results.terminated[lane])
      }
    }
  }
}
