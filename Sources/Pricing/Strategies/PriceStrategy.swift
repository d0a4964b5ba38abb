import LinearAlgebra

/// A way of choosing prices without learning across seasons.
public enum PriceStrategy: Sendable, Equatable {
  /// The same choices for the whole season.
  case fixed([Int])
  /// The largest expected profit of the period, whatever is left in stock.
  case myopic
  /// The plan that holds what is believed for certain, made anew every period; of a network of requests, the bid prices of
  /// its Lagrangian relaxation.
  case certaintyEquivalent
  /// The plan for parameters drawn from what is believed, made anew every period (Thompson, 1933; of prices, Ferreira,
  /// Simchi-Levi and Wang, 2018).
  case thompsonSampling
  /// The plan of somebody who knows the season's hidden parameters: what regret is measured against.
  case knownDemand

  /// The name in tables.
  public var name: String {
    switch self {
    case .fixed: "fixed"
    case .myopic: "myopic"
    case .certaintyEquivalent: "certainty-equivalent"
    case .thompsonSampling: "thompson-sampling"
    case .knownDemand: "known-demand"
    }
  }
}

/// A strategy at work in one season after the other; holds the room that its plans need.
struct PriceChooser {
  let strategy: PriceStrategy
  let simulation: PricingSimulation
  private var plan: FluidPlanner.Plan
  private var demand: [Double]
  /// A stream of its own: how a strategy draws changes nobody's luck.
  private var stream: RandomStream

  init(_ strategy: PriceStrategy, _ simulation: PricingSimulation, seed: UInt64, lane: Int) {
    self.strategy = strategy
    self.simulation = simulation
    plan = simulation.planner(from: 0).emptyPlan
    demand = Array(repeating: 0, count: simulation.table.columnCount)
    stream = RandomStream(seed: seed, purpose: .exploration, lane: lane)
  }

  /// Writes a season's next choices.
  mutating func choose(_ state: PricingState, into choices: inout [Int]) {
    switch strategy {
    case .fixed(let fixed): choices = fixed
    case .certaintyEquivalent: choices = state.plan.choices
    case .myopic:
      if simulation.prices != nil {
        for product in choices.indices { choices[product] = 0 }
      } else {
        for resource in plan.bids.indices { plan.bids[resource] = 0 }
        simulation.planner(from: state.period).choose(&plan, demand: state.expected)
        choices = plan.choices
      }
    case .thompsonSampling:
      guard simulation.prices == nil else { return choices = state.plan.choices }
      let count = simulation.hypotheses.count
      let drawn = (0..<simulation.table.groupCount).map { group -> Int in
        var rest = Double(stream.uniform())
        for hypothesis in 0..<count {
          rest -= state.beliefs[group * count + hypothesis]
          if rest < 0 { return hypothesis }
        }
        return count - 1
      }
      simulation.expect(&demand, state) { group, hypothesis in drawn[group] == hypothesis ? 1 : 0 }
      replan(state)
      choices = plan.choices
    case .knownDemand:
      guard simulation.prices == nil else { return choices = state.plan.choices }
      for product in choices.indices {
        for column in simulation.table.columns(product) {
          demand[column] = state.truth[column] * simulation.effect(state, column, product)
        }
      }
      replan(state)
      choices = plan.choices
    }
  }

  private mutating func replan(_ state: PricingState) {
    simulation.planner(from: state.period).plan(
      &plan, demand: demand, units: state.units, traffic: simulation.trafficLeft[state.period])
  }
}
