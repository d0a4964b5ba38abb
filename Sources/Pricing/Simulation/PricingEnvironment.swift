import Environments
import LinearAlgebra

/// A pricing problem as learners meet it: a branch per product, whose choices are its prices.
///
/// The observation shows the season, the stock and what a unit of it is worth to a planner, the price that buyers
/// remember, and what sales have told of demand. What was asked and sold last is not shown: all that it tells stands in the
/// belief, and beside it a low price's large sales pass for large demand. On request the planner's prices stand in it as a
/// prior: the policy then begins as the planner and learns what it misses.
public struct PricingEnvironment: Environment {
  /// The rules.
  public let simulation: PricingSimulation
  /// The season, the stock, each product, what is believed, and on request the prior.
  public let observationLayout: ObservationLayout
  /// A branch per product.
  public let actionSpace: ActionSpace

  /// Whether a network's requests are described one by one, see `RequestDescription`; the prior then is, in the units of
  /// each product's resources, by how much its fare exceeds their prices.
  public let describesRequests: Bool
  /// Whether a step also tells what the planner's prices would have led to with the same luck.
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

  /// The seasons of a range of lanes.
  public func makeBlock(lanes: Range<Int>, seed: UInt64) -> PricingBlock {
    PricingBlock(self, lanes: lanes, seed: seed)
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
    let units = state.units.map { Int32($0) }
    for product in simulation.problem.products.indices {
      for place in column..<column + description.columns { row[place] = 0 }
      row.withUnsafeMutableBufferPointer { row in
        units.withUnsafeBufferPointer { units in
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

/// The seasons of some lanes.
public final class PricingBlock: EnvironmentBlock {
  private let environment: PricingEnvironment
  private var states: [PricingState]
  private var streams: [RandomStream]
  private var choices: [Int]

  init(_ environment: PricingEnvironment, lanes: Range<Int>, seed: UInt64) {
    self.environment = environment
    var streams = lanes.map { RandomStream(seed: seed, purpose: .episode, lane: $0) }
    states = streams.indices.map { environment.simulation.makeState(stream: &streams[$0]) }
    self.streams = streams
    choices = Array(repeating: 0, count: environment.actionSpace.branchCount)
  }

  /// Starts a new season in every lane.
  public func reset(observations: inout MutableMatrixSpan) {
    for lane in states.indices {
      states[lane] = environment.simulation.makeState(stream: &streams[lane])
      var row = observations.row(lane)
      environment.observe(states[lane], into: &row)
    }
  }

  /// Sells for a period in every lane, and starts a new season where one ended.
  public func step(actions: Span<Int32>, result: inout StepResult) {
    let simulation = environment.simulation
    let branches = choices.count
    for lane in states.indices {
      let isLast = states[lane].period + 1 >= simulation.problem.periods
      if environment.hasCounterfactual { playPlan(lane, isLast: isLast, into: &result.counterfactual) }
      for branch in 0..<branches { choices[branch] = Int(actions[lane * branches + branch]) }
      result.rewards[lane] = Float(
        simulation.step(&states[lane], choices: choices, stream: &streams[lane]))
      result.terminated[lane] = isLast
      result.truncated[lane] = false
      if isLast {
        var last = result.finalObservations.row(lane)
        environment.observe(states[lane], into: &last)
        states[lane] = simulation.makeState(stream: &streams[lane])
      }
      var next = result.observations.row(lane)
      environment.observe(states[lane], into: &next)
    }
  }

  /// Writes what the planner's prices would have led to from a lane's state with the same luck.
  private func playPlan(_ lane: Int, isLast: Bool, into counterfactual: inout Counterfactual?) {
    var state = states[lane]
    var luck = streams[lane]
    let planned = state.plan.choices
    let profit = environment.simulation.step(&state, choices: planned, stream: &luck)
    let branches = planned.count
    for branch in 0..<branches {
      counterfactual?.actions[lane * branches + branch] = Int32(truncatingIfNeeded: planned[branch])
    }
    counterfactual?.rewards[lane] = Float(profit)
    guard !isLast, var row = counterfactual?.observations.row(lane) else { return }
    environment.observe(state, into: &row)
  }
}
