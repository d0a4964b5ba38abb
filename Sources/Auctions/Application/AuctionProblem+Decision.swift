import Applications
import Documents
import Learning

extension AuctionProblem {
  /// The bid and the creative of each auction at hand, as if it came next; where none is, of auctions of typical rates.
  package func decision(of policy: TrainedPolicy, on request: DecisionRequest) throws -> any Decision {
    let policy = try network(of: policy)
    try request.allow([.history, .budget], of: name)
    let rules = placement.rules
    let budget = request.budget.map { Int($0) } ?? rules.budget
    guard (1...rules.budget).contains(budget) else {
      throw InputError(
        .invalid, key: "--budget", problem: "is \(budget)", remedy: "the programme knows 1 to \(rules.budget)"
      )
    }
    let told = try request.history.map { path throws(InputError) in
      try AuctionHistory(CSVTable(tableOrJSON: path), of: placement)
    }
    var history = told ?? AuctionHistory()
    guard history.over < rules.auctions else {
      return DecisionTable(
        "The campaign is over: its \(rules.auctions) auctions have been.",
        facts: [.init("auction", -1), .init("budget_left", JSONValue(history.left(of: budget)))],
        rows: "auctions", columns: columns)
    }
    if history.auctions.count == history.over { history.append(rates: typicalRates) }
    let environment = environment(playing: history.log(of: placement))
    let states = environment.market.states(after: history, budget: budget)
    let rows = states.map { state in
      var row = [Float](repeating: 0, count: environment.observationLayout.size)
      var span = row.mutableSpan
      environment.observe(state, into: &span)
      return row
    }
    let left = history.left(of: budget)
    var table = DecisionTable(
      "Auction \(history.over) of \(rules.auctions): \(left) of \(budget) are left.",
      facts: [.init("auction", JSONValue(history.over)), .init("budget_left", JSONValue(left))],
      rows: "auctions", columns: columns)
    for ((state, choices), auction) in zip(
      zip(states, policy.choices(on: rows)), history.auctions.dropFirst(history.over))
    {
      let creative = choices.count > 1 ? choices[1] : 0
      let isAllowed = environment.market.isAllowed(state)
      let bid = isAllowed ? environment.bid(state, choice: choices[0]) : 0
      let (win, spend) = bid > 0 ? environment.market.prospects(of: bid) : (0, 0)
      // Believed values are at the history's level.
      let value =
        environment.market.believedValue(state, creative: creative)
        / environment.market.scales[environment.market.auction(state)]
      table.append([
        JSONValue(auction.rate), JSONValue(bid), .string(placement.creatives.names[creative]), JSONValue(win),
        JSONValue(spend), JSONValue(win * value),
      ])
    }
    return table
  }

  private var columns: [String] {
    ["rate", "bid", "creative", "chance_to_win", "expected_spend", "expected_clicks"]
  }

  /// Rates that a tenth, half, nine tenths and 99 in a hundred of the history's auctions do not exceed.
  private var typicalRates: [Double] {
    let rates = placement.history.values.sorted()
    return [0.1, 0.5, 0.9, 0.99].map { rates[Int($0 * Double(rates.count - 1))] / placement.rateScale }
  }
}
