import Documents
import Environments
import Learning
import LinearAlgebra

/// A pricing problem as learners meet it: a branch per product, whose choices are its prices.
///
/// The observation shows the season, the stock and what a unit of it is worth to a planner, the price that buyers
/// remember, and what sales have told of demand. What was asked and sold last is not shown: all that it tells stands in the
/// belief, and beside it a low price's large sales pass for large demand. On request the planner's prices stand in it as a
/// prior: the policy then begins as the planner and learns what it misses.
public struct PricingEnvironment: ScalarEnvironment {
  /// The rules.
  package let simulation: PricingSimulation
  /// The season, the stock, each product, what is believed, and on request the prior.
  public let observationLayout: ObservationLayout
  /// A branch per product.
  public let actionSpace: ActionSpace

  /// Whether a network's requests are described one by one, see `RequestDescription`; the prior then is, in the units of
  /// each product's resources, by how much its fare exceeds their prices.
  package let describesRequests: Bool
  /// Whether a step also tells what the planner's prices would have led to with the same luck. Rewards are then freed of
  /// luck as far as the plan knows what a sale is worth.
  public let hasCounterfactual: Bool

  /// Creates the environment.
  ///
  /// - Parameters:
  ///   - hasPrior: whether the planner's prices are a prior.
  ///   - describesRequests: whether requests are described one by one; only a network has any.
  ///   - hasCounterfactual: whether steps are compared with the planner's; a learner then learns differences, in which
  ///     shared luck is gone.
  public init(
    _ simulation: PricingSimulation, hasPrior: Bool = true, describesRequests: Bool = false,
    hasCounterfactual: Bool = false
  ) {
    precondition(
      !describesRequests || simulation.prices != nil, "Only a network has requests to be described.")
    self.simulation = simulation
    self.describesRequests = describesRequests
    self.hasCounterfactual = hasCounterfactual
    let problem = simulation.problem
    actionSpace = ActionSpace(branchSizes: problem.products.indices.map { problem.choiceCount($0) })
    var names = ["time", "traffic", "traffic_left"]
    for resource in problem.resources { names += ["\(resource.name)/left", "\(resource.name)/bid_price"] }
    if simulation.prices == nil {
      if problem.reference != nil { names += problem.products.map { "\($0.name)/reference" } }
      if simulation.hypotheses.count > 1 {
        let groups = simulation.table.isLogit ? ["demand"] : problem.products.map(\.name)
        names += groups.flatMap {
          ["\($0)/scale", "\($0)/scale_deviation", "\($0)/slope", "\($0)/slope_deviation"]
        }
      }
    }
    if describesRequests, let prices = simulation.prices {
      let columns = RequestDescription(prices: prices).columns
      names += problem.products.flatMap { product in (0..<columns).map { "\(product.name)/request_\($0)" } }
    }
    var prior: Range<Int>?
    if hasPrior {
      let start = names.count
      names.append("plan/value")
      for (number, product) in problem.products.enumerated() {
        names += (0..<problem.choiceCount(number)).map { "plan/\(product.name)/price_\($0)" }
      }
      prior = start..<names.count
    }
    observationLayout = ObservationLayout(names: names, prior: prior)
  }

  /// Creates the environment as a policy was trained to see it.
  ///
  /// - Throws: `InputError` where its metadata do not say how.
  public init(_ simulation: PricingSimulation, shownTo policy: Policy) throws(InputError) {
    guard let word = policy.metadata["prior"], let hasPrior = Bool(word) else {
      throw InputError.configuration(
        "policy", "its metadata say not whether it was shown the planner's prices ('prior')", "train it again"
      )
    }
    self.init(
      simulation, hasPrior: hasPrior,
      describesRequests: simulation.prices != nil && policy.metadata["requests"] == "true")
  }

  /// The problem's name and digest, whether the planner's prices are shown, and whether requests are described.
  public var metadata: [String: String] {
    var metadata = [
      "pricing": simulation.problem.name, "pricing_digest": simulation.problem.digest,
      "prior": "\(observationLayout.prior != nil)",
    ]
    if describesRequests { metadata["requests"] = "true" }
    return metadata
  }
  /// Beliefs are what costs.
  public var nanosecondsPerStep: Int {
    500 + 20 * simulation.hypotheses.count * simulation.table.groupCount + 10 * simulation.table.columnCount
  }

  /// A season whose hidden parameters are drawn.
  public func makeState(stream: inout RandomStream) -> PricingState {
    simulation.makeState(stream: &stream)
  }

  /// Sells for a period at the prices of an action.
  public func step(
    _ state: inout PricingState, action: Span<Int32>, stream: inout RandomStream
  ) -> ScalarStep {
    for product in 0..<action.count { simulation.choose(&state, product, Int(action[product])) }
    let profit = simulation.step(&state, smooth: hasCounterfactual, stream: &stream)
    return ScalarStep(reward: Float(profit), terminated: state.period >= simulation.problem.periods)
  }

  /// The planner's prices.
  public func writeReference(_ state: PricingState, into action: inout MutableSpan<Int32>) {
    for product in 0..<action.count {
      action[product] = Int32(truncatingIfNeeded: state.plan.choices[product])
    }
  }

  /// Writes what the seller knows.
  public func observe(_ state: PricingState, into row: inout MutableSpan<Float>) {
    let problem = simulation.problem
    let period = min(state.period, problem.periods - 1)
    var column = 0
    func put(_ value: Double, _ row: inout MutableSpan<Float>) {
      row[column] = Float(value)
      column += 1
    }
    put(Double(state.period) / Double(problem.periods), &row)
    put(problem.traffic[period], &row)
    put(simulation.trafficLeft[state.period] / max(simulation.trafficLeft[0], 1e-9), &row)
    let money = simulation.table.prices.max() ?? 1
    for resource in problem.resources.indices {
      put(state.units[resource] / Double(problem.resources[resource].capacity), &row)
      put(state.plan.bids[resource] / money, &row)
    }
    if simulation.prices == nil {
      if problem.reference != nil { for price in state.reference { put(price / money, &row) } }
      if simulation.hypotheses.count > 1 {
        for group in 0..<simulation.table.groupCount {
          let (scale, slope) = simulation.belief(state, group)
          for value in [scale.mean, scale.deviation, slope.mean, slope.deviation] { put(value, &row) }
        }
      }
    }
    if describesRequests { describe(state, into: &row, from: &column) }
    if observationLayout.prior != nil {
      put(simulation.plannedValue(state), &row)
      for product in problem.products.indices {
        if describesRequests {
          let gain = simulation.netFare(state, product)
          put(min(gain, 0), &row)
          put(min(-gain, 0), &row)
        } else {
          simulation.plannedAdvantages(state, product, period: period) { put($0, &row) }
        }
      }
    }
  }

  /// Writes the description of a request for each product; zeros where it is sold out or the season is over.
  private func describe(_ state: PricingState, into row: inout MutableSpan<Float>, from column: inout Int) {
    guard let prices = simulation.prices else { return }
    let description = RequestDescription(prices: prices)
    for product in simulation.problem.products.indices {
      for place in column..<column + description.columns { row[place] = 0 }
      row.withUnsafeMutableBufferPointer { row in
        state.counts.withUnsafeBufferPointer { units in
          guard let row = row.baseAddress, let units = units.baseAddress,
            state.period < simulation.problem.periods, prices.isInStock(product, units: units)
          else { return }
          description.write(product, period: state.period, units: units, into: row + column)
        }
      }
      column += description.columns
    }
  }
}
