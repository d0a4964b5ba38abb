import Foundation
import LinearAlgebra

/// The rules of a season: who buys, what is left, what is believed.
public final class PricingSimulation: Sendable {
  /// The problem.
  public let problem: PricingProblem
  package let table: DemandTable
  let hypotheses: DemandHypotheses
  let planner: FluidPlanner
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
    planner = FluidPlanner(problem, table)
    var left = [0.0]
    for traffic in problem.traffic.reversed() { left.append(left[left.count - 1] + traffic) }
    trafficLeft = left.reversed()
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
      units: problem.resources.map { Double($0.capacity) }, reference: middles,
      lastColumns: Array(repeating: -1, count: products.count), lastSales: zeros, held: zeros, paid: zeros,
      truth: truth,
      beliefs: Array(
        repeating: 1 / Double(hypotheses.count), count: table.groupCount * hypotheses.count),
      expected: truth, plan: planner.emptyPlan)
    foresee(&state)
    return state
  }

  /// Sells for a period at the chosen prices. Returns the profit; of products that never run out, whose sales change
  /// nothing, its expectation, which has the same mean and no luck in it.
  ///
  /// - Parameter choices: per product the number of its price, or of being closed.
  public func step(_ state: inout PricingState, choices: [Int], stream: inout RandomStream) -> Double {
    var profit = 0.0
    let traffic = problem.traffic[state.period]
    if let cancellations = problem.cancellations { profit -= cancel(&state, cancellations, &stream) }
    for product in choices.indices { state.lastColumns[product] = table.first[product] + choices[product] }
    if let arrivals {
      let asked = arrivals.product(period: state.period, uniform: stream.uniform())
      for product in choices.indices { state.lastSales[product] = 0 }
      if asked >= 0, !table.isClosed[state.lastColumns[asked]] { profit += sell(&state, asked, demand: 1) }
    } else {
      let attraction = attraction(state.lastColumns, demand: state.truth, state)
      let count = choices.count
      for turn in 0..<count {
        // Where stock is short, no product is always the first to take it.
        let product = (turn + state.period) % count
        let column = state.lastColumns[product]
        let mean =
          traffic * table.visitors * effect(state, column, product) * state.truth[column] / attraction
        let sold = sell(&state, product, demand: Double(stream.poisson(mean: Float(mean))))
        let isEndless = problem.products[product].uses.isEmpty && problem.cancellations == nil
        profit += isEndless ? mean * table.margins[column] : sold
      }
      learn(&state, traffic: traffic)
    }
    pass(&state)
    return profit
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
      state.lastColumns[product] = table.first[product] + choices[product]
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
      foresee(&state, prices)
      return
    }
    expect(&state.expected, state) { group, hypothesis in state.beliefs[group * hypotheses.count + hypothesis]
    }
    planner.plan(
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

  private func foresee(_ state: inout PricingState, _ prices: CapacityPrices) {
    let units = state.units.map { Int32($0) }
    units.withUnsafeBufferPointer { units in
      guard let base = units.baseAddress else { return }
      state.stockValue = 0
      for resource in units.indices {
        state.stockValue += Double(prices.worth(resource, period: state.period, units: Int(units[resource])))
        state.plan.bids[resource] = Double(
          min(prices.price(resource, period: state.period + 1, units: Int(units[resource])), 1e6))
      }
      for product in problem.products.indices {
        let gain = gain(product, state, prices, base)
        state.expected[table.first[product]] = gain
        state.plan.choices[product] = gain >= 0 ? 0 : 1
      }
    }
  }

  /// Of a network, by how much a product's fare exceeds what the relaxation says its units are worth, in the units of its
  /// resources; far below 0 where there are none.
  func netFare(_ state: PricingState, _ product: Int) -> Double {
    guard let prices, state.period < problem.periods else { return 0 }
    let units = state.units.map { Int32($0) }
    return units.withUnsafeBufferPointer { units in
      guard let base = units.baseAddress, prices.isInStock(product, units: base) else { return -1e3 }
      let cost = prices.cost(product, period: state.period, units: base)
      return Double((prices.fares[product] - cost) / prices.scale(product))
    }
  }

  /// What opening a product for a period adds by the relaxation: a request's chance times fare less bid prices.
  private func gain(
    _ product: Int, _ state: PricingState, _ prices: CapacityPrices, _ units: UnsafePointer<Int32>
  ) -> Double {
    guard prices.isInStock(product, units: units) else { return 0 }
    let chance = prices.problem.requestChances[state.period * prices.productCount + product]
    return chance
      * Double(prices.fares[product] - prices.cost(product, period: state.period, units: units))
  }
}
