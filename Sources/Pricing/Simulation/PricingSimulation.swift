import Foundation
import LinearAlgebra

/// The rules of a season: who buys, what is left, what is believed.
public final class PricingSimulation: Sendable {
  /// The problem.
  public let problem: PricingProblem
  package let table: DemandTable
  let hypotheses: DemandHypotheses
  /// A planner for each period on, or one for all where nothing is cancelled.
  private let planners: [FluidPlanner]
  /// The chance that a unit held at the beginning of each period is still held when the season is over.
  let keptToTheEnd: [Double]
  /// Of a network of requests, what units are worth; nil otherwise.
  public let prices: CapacityPrices?
  private let arrivals: RequestTable?
  /// The traffic from each period to the end.
  let trafficLeft: [Double]
  /// The same, each period's weighed by how much buyers then still remember of the prices of now.
  let rememberedTraffic: [Double]

  /// Compiles a problem; of a network the relaxation is solved, which may take seconds.
  ///
  /// - Throws: `LinearProgrammeError` where the relaxation cannot begin.
  public init(_ problem: PricingProblem) throws {
    self.problem = problem
    table = DemandTable(problem)
    hypotheses = DemandHypotheses(table, problem.uncertainty)
    var left = [0.0]
    for traffic in problem.traffic.reversed() { left.append(left[left.count - 1] + traffic) }
    trafficLeft = left.reversed()
    let chance = problem.cancellations?.chance ?? 0
    keptToTheEnd = (0...problem.periods).map { pow(1 - chance, Double(problem.periods - $0)) }
    planners = Self.planners(problem, table, keptToTheEnd)
    let memory = problem.reference?.memory ?? 1
    var remembered = [0.0]
    for traffic in problem.traffic.reversed() {
      remembered.append(memory * remembered[remembered.count - 1] + traffic)
    }
    rememberedTraffic = remembered.reversed()
    if let network = problem.network {
      let relaxation = try LagrangianRelaxation(network)
      relaxation.minimize()
      prices = CapacityPrices(relaxation)
      arrivals = RequestTable(network)
    } else {
      (prices, arrivals) = (nil, nil)
    }
  }

  /// A planner for each period on: of the sales to come, the later are the likelier to be kept.
  private static func planners(
    _ problem: PricingProblem, _ table: DemandTable, _ keptToTheEnd: [Double]
  ) -> [FluidPlanner] {
    guard problem.cancellations != nil else { return [FluidPlanner(problem, table)] }
    var (kept, traffic) = (0.0, 0.0)
    var planners: [FluidPlanner] = []
    for period in (0..<problem.periods).reversed() {
      // What is sold in a period can come back from the next one on.
      kept += problem.traffic[period] * keptToTheEnd[period + 1]
      traffic += problem.traffic[period]
      planners.append(
        FluidPlanner(problem, table, kept: traffic > 0 ? kept / traffic : keptToTheEnd[period + 1]))
    }
    return planners.reversed()
  }

  /// The planner of the season from a period on.
  func planner(from period: Int) -> FluidPlanner { planners[min(period, planners.count - 1)] }

  /// A season's beginning, its hidden parameters drawn.
  public func makeState(stream: inout RandomStream) -> PricingState {
    let products = problem.products
    let truths = (0..<table.groupCount).map { _ in
      (
        scale: problem.uncertainty.scale > 0 ? problem.uncertainty.scale * Double(stream.normal()) : 0,
        slope: problem.uncertainty.slope > 0 ? exp(problem.uncertainty.slope * Double(stream.normal())) : 1
      )
    }
    var truth = [Double](repeating: 0, count: table.columnCount)
    for product in products.indices {
      let hidden = truths[table.isLogit ? 0 : product]
      for column in table.columns(product) {
        truth[column] = table.demand(column, logScale: hidden.scale, slope: hidden.slope)
      }
    }
    return makeState(truth: truth)
  }

  /// A season's beginning with the demand that the description says, which is what a seller knows.
  package func makeExpectedState() -> PricingState {
    makeState(truth: (0..<table.columnCount).map { table.demand($0, logScale: 0, slope: 1) })
  }

  private func makeState(truth: [Double]) -> PricingState {
    let products = problem.products
    let middles = products.map { ($0.prices[0] + $0.prices[$0.prices.count - 1]) / 2 }
    let zeros = [Double](repeating: 0, count: products.count)
    var state = PricingState(
      units: problem.resources.map { Double($0.capacity) },
      counts: problem.resources.map { Int32($0.capacity) }, reference: middles,
      lastColumns: Array(repeating: -1, count: products.count), lastSales: zeros, held: zeros, paid: zeros,
      truth: truth,
      beliefs: Array(
        repeating: 1 / Double(hypotheses.count), count: table.groupCount * hypotheses.count),
      expected: truth, plan: planners[0].emptyPlan)
    foresee(&state)
    return state
  }

  /// Sells for a period at the chosen prices; see the function below.
  ///
  /// - Parameter choices: per product the number of its price, or of being closed.
  public func step(_ state: inout PricingState, choices: [Int], stream: inout RandomStream) -> Double {
    for product in choices.indices { choose(&state, product, choices[product]) }
    return step(&state, stream: &stream)
  }

  /// Gives a product the price of a number, or closes it.
  func choose(_ state: inout PricingState, _ product: Int, _ choice: Int) {
    state.lastColumns[product] = table.first[product] + choice
  }

  /// Sells for a period at the prices chosen. Returns the profit; of products that never run out, whose sales change
  /// nothing, its expectation, which has the same mean and no luck in it.
  ///
  /// - Parameter smooth: whether the profit is freed of luck, its mean over a season changed by nothing that a policy does.
  ///   Sales beyond their mean, or short of it, then count for what their units are worth later to somebody who knows
  ///   demand, and not for their price (a control variate). To that is added by how much the plan's value falls behind
  ///   known demand's (a difference of potentials: Ng, Harada and Russell, 1999): beside the plan's value regret is
  ///   learned, free of the leaps that this value makes with every belief.
  func step(_ state: inout PricingState, smooth: Bool = false, stream: inout RandomStream) -> Double {
    let hindsight = smooth ? state.hindsight ?? hindsight(state) : nil
    var profit = 0.0
    let count = problem.products.count
    let traffic = problem.traffic[state.period]
    if let cancellations = problem.cancellations { profit -= cancel(&state, cancellations, &stream) }
    if let arrivals {
      let asked = arrivals.product(period: state.period, uniform: stream.uniform())
      for product in 0..<count { state.lastSales[product] = 0 }
      if asked >= 0, !table.isClosed[state.lastColumns[asked]] { profit += sell(&state, asked, demand: 1) }
    } else {
      let attraction = attraction(state.lastColumns, demand: state.truth, state)
      for turn in 0..<count {
        // Where stock is short, no product is always the first to take it.
        let product = (turn + state.period) % count
        let column = state.lastColumns[product]
        let mean =
          traffic * table.visitors * effect(state, column, product) * state.truth[column] / attraction
        let stock = problem.products[product].uses.reduce(Double.infinity) { min($0, state.units[$1]) }
        let sold = sell(&state, product, demand: Double(stream.poisson(mean: Float(mean))))
        let isEndless = problem.products[product].uses.isEmpty && problem.cancellations == nil
        profit += isEndless ? mean * table.margins[column] : sold
        if let hindsight, !isEndless {
          let expected = stock < .infinity ? PoissonCounts(mean: mean).mean(upTo: Int(stock)) : mean
          profit -= (state.lastSales[product] - expected) * worth(state, product, column, hindsight.bids)
        }
      }
      learn(&state, traffic: traffic)
    }
    pass(&state)
    guard let hindsight else { return profit }
    let next = self.hindsight(state)
    state.hindsight = next
    return profit + next.shortfall - hindsight.shortfall
  }

  /// Takes in what a period really brought, as `step` does with what it draws.
  ///
  /// - Parameters:
  ///   - choices: per product the number of its price, or of being closed.
  ///   - sales: per product the units sold, no more than the stock has.
  ///   - returned: per product the units that came back, no more than buyers hold.
  package func observe(_ state: inout PricingState, choices: [Int], sales: [Double], returned: [Double]) {
    precondition(
      [choices.count, sales.count, returned.count].allSatisfy { $0 == problem.products.count },
      "A period has a choice, sales and returns for each of \(problem.products.count) products.")
    if problem.cancellations != nil {
      for product in returned.indices { takeBack(&state, product, units: returned[product]) }
    }
    for product in choices.indices {
      choose(&state, product, choices[product])
      _ = sell(&state, product, demand: sales[product])
    }
    if arrivals == nil { learn(&state, traffic: problem.traffic[state.period]) }
    pass(&state)
  }

  /// Lets buyers remember what they saw, and plans the period that follows.
  private func pass(_ state: inout PricingState) {
    if let reference = problem.reference {
      for product in state.lastColumns.indices where !table.isClosed[state.lastColumns[product]] {
        state.reference[product] +=
          (1 - reference.memory) * (table.prices[state.lastColumns[product]] - state.reference[product])
      }
    }
    state.period += 1
    if state.period < problem.periods { foresee(&state) }
  }

  /// By what the price that buyers remember multiplies a column's demand.
  func effect(_ state: PricingState, _ column: Int, _ product: Int) -> Double {
    guard let reference = problem.reference, !table.isClosed[column] else { return 1 }
    return exp(reference.effect * (state.reference[product] - table.prices[column]))
  }

  /// What a logit's demands are divided by; 1 where products do not compete.
  func attraction(_ columns: [Int], demand: [Double], _ state: PricingState, from start: Int = 0) -> Double {
    guard table.isLogit else { return 1 }
    var sum = 1.0
    for (product, column) in columns.enumerated() {
      sum += effect(state, column, product) * demand[start + column]
    }
    return sum
  }

  /// What one more sale earns by a plan: its margin less what may be paid back and what its units are worth later.
  private func worth(_ state: PricingState, _ product: Int, _ column: Int, _ bids: [Double]) -> Double {
    let kept = keptToTheEnd[state.period + 1]
    let charge = problem.products[product].uses.reduce(0) { $0 + bids[$1] }
    let refund = (problem.cancellations?.refund ?? 0) * table.prices[column]
    return table.margins[column] - charge * kept - (1 - kept) * refund
  }

  private func sell(_ state: inout PricingState, _ product: Int, demand: Double) -> Double {
    var sales = demand
    for resource in problem.products[product].uses { sales = min(sales, state.units[resource]) }
    for resource in problem.products[product].uses { state.units[resource] -= sales }
    state.lastSales[product] = sales
    guard sales > 0 else { return 0 }
    let column = state.lastColumns[product]
    if problem.cancellations != nil {
      let held = state.held[product] + sales
      state.paid[product] += (table.prices[column] - state.paid[product]) * sales / held
      state.held[product] = held
    }
    return sales * table.margins[column]
  }

  /// Takes back what is cancelled. Returns what is paid for it.
  private func cancel(
    _ state: inout PricingState, _ cancellations: PricingProblem.Cancellations, _ stream: inout RandomStream
  ) -> Double {
    var refunds = 0.0
    for product in state.held.indices {
      let back = Double(
        stream.binomial(trials: Int(state.held[product]), probability: Float(cancellations.chance)))
      takeBack(&state, product, units: back)
      refunds += back * cancellations.refund * state.paid[product]
    }
    return refunds
  }

  private func takeBack(_ state: inout PricingState, _ product: Int, units: Double) {
    state.held[product] -= units
    for resource in problem.products[product].uses { state.units[resource] += units }
  }

  /// Weighs the hypotheses by the sales they would have led to (Bayes' rule); sales that the stock may have cut tell
  /// nothing.
  private func learn(_ state: inout PricingState, traffic: Double) {
    let count = hypotheses.count
    guard count > 1, traffic > 0 else { return }
    let columns = table.columnCount
    var logs = [Double](repeating: 0, count: count)
    func add(_ product: Int, _ attraction: Double, _ hypothesis: Int) {
      let column = state.lastColumns[product]
      let isCut = problem.products[product].uses.contains { state.units[$0] < 0.5 }
      guard !table.isClosed[column], !isCut else { return }
      let place = hypothesis * columns + column
      let mean =
        traffic * table.visitors * effect(state, column, product) * hypotheses.demands[place] / attraction
      logs[hypothesis] += state.lastSales[product] * (hypotheses.logDemands[place] - log(attraction)) - mean
    }
    for group in 0..<table.groupCount {
      for hypothesis in 0..<count {
        logs[hypothesis] = log(max(state.beliefs[group * count + hypothesis], 1e-300))
        if table.isLogit {
          let attraction = attraction(
            state.lastColumns, demand: hypotheses.demands, state, from: hypothesis * columns)
          for product in problem.products.indices { add(product, attraction, hypothesis) }
        } else {
          add(group, 1, hypothesis)
        }
      }
      let largest = logs.max() ?? 0
      var total = 0.0
      for hypothesis in 0..<count {
        logs[hypothesis] = exp(logs[hypothesis] - largest)
        total += logs[hypothesis]
      }
      for hypothesis in 0..<count { state.beliefs[group * count + hypothesis] = logs[hypothesis] / total }
    }
  }

  /// Plans the rest of the season with what is now believed.
  private func foresee(_ state: inout PricingState) {
    if let prices {
      foreseeRequests(&state, prices)
      return
    }
    expect(&state.expected, state) { group, hypothesis in state.beliefs[group * hypotheses.count + hypothesis]
    }
    planner(from: state.period).plan(
      &state.plan, demand: state.expected, units: state.units, traffic: trafficLeft[state.period])
  }

  /// The demand by column under weights of the hypotheses.
  func expect(
    _ demand: inout [Double], _ state: PricingState, weight: (_ group: Int, _ hypothesis: Int) -> Double
  ) {
    for column in demand.indices { demand[column] = 0 }
    for hypothesis in 0..<hypotheses.count {
      let start = hypothesis * table.columnCount
      for product in problem.products.indices {
        let weight = weight(table.isLogit ? 0 : product, hypothesis)
        guard weight > 1e-6 else { continue }
        for column in table.columns(product) { demand[column] += weight * hypotheses.demands[start + column] }
      }
    }
    guard problem.reference != nil else { return }
    for product in problem.products.indices {
      for column in table.columns(product) { demand[column] *= effect(state, column, product) }
    }
  }
}
