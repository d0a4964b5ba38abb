import Applications
import Documents
import Learning

extension PricingProblem {
  /// The prices of the next period, with what they are expected to sell; of a network of requests, what is open.
  package func decision(of policy: TrainedPolicy, on request: DecisionRequest) throws -> any Decision {
    let policy = try network(of: policy)
    try request.allow([.history], of: name)
    let environment = try shown(to: policy)
    let simulation = environment.simulation
    let history = try request.history.map { path throws(InputError) in
      try SalesHistory(CSVTable(tableOrJSON: path), of: self)
    }
    let state =
      try history.map { history throws(InputError) in try simulation.state(after: history) }
      ?? simulation.makeExpectedState()
    let stock = zip(resources, state.units).map { JSONValue.Member($0.name, JSONValue($1)) }
    let isOver = state.period >= periods
    var left = zip(resources, state.units).prefix(8).map { "\(Int($1)) \($0.name)" }.joined(separator: ", ")
    if resources.count > 8 { left += ", …" }
    var table = DecisionTable(
      (isOver ? "The season is over" : "Period \(state.period) of \(periods)")
        + (left.isEmpty ? "." : ": left are \(left)."),
      facts: [
        .init("period", JSONValue(isOver ? -1 : state.period)), .init("currency", .string(currency)),
        .init("stock", .object(stock)),
      ], rows: "products",
      columns: [
        "product", network == nil ? "price" : "fare", "open", "unit_cost_of_stock", "expected_sales",
        "expected_revenue",
      ])
    guard !isOver else { return table }
    var row = [Float](repeating: 0, count: environment.observationLayout.size)
    var span = row.mutableSpan
    environment.observe(state, into: &span)
    let choices = policy.choices(on: [row])[0]
    let sales = simulation.expectedSales(state, choices: choices)
    for (number, product) in products.enumerated() {
      let isOpen = choices[number] < product.prices.count
      let price = isOpen ? product.prices[choices[number]] : .nan
      table.append([
        .string(product.name), JSONValue(network == nil ? price : product.prices[0]), .boolean(isOpen),
        JSONValue(product.uses.reduce(0) { $0 + state.plan.bids[$1] }), JSONValue(sales[number]),
        JSONValue(isOpen ? price * sales[number] : 0),
      ])
    }
    return table
  }
}

extension PricingSimulation {
  /// Per product the mean sales of a period at chosen prices, by what is believed; no more than the stock has, each product
  /// by itself.
  package func expectedSales(_ state: PricingState, choices: [Int]) -> [Double] {
    let columns = choices.indices.map { table.first[$0] + choices[$0] }
    // What is expected already holds what buyers remember.
    let attraction = table.isLogit ? columns.reduce(1) { $0 + state.expected[$1] } : 1
    return choices.indices.map { product in
      guard !table.isClosed[columns[product]] else { return 0 }
      let stock = problem.products[product].uses.map { state.units[$0] }.min()
      if let network = problem.network {
        let chance = network.requestChances[state.period * choices.count + product]
        return (stock ?? 1) >= 1 ? chance : 0
      }
      let mean =
        problem.traffic[state.period] * table.visitors * state.expected[columns[product]] / attraction
      return stock.map { PoissonCounts(mean: mean).mean(upTo: Int($0)) } ?? mean
    }
  }
}
