import Apportion
import Documents
import Foundation

/// What to bid next, and what led there.
package struct CampaignReport: Sendable {
  /// The campaign after all that its console has shown.
  package let campaign: Campaign
  /// When the tick to come begins; nil without a calendar.
  package let time: String?
  private let currency: String

  /// Reads a history and decides on the tick that follows.
  ///
  /// - Parameters:
  ///   - path: the policy's run, see `CampaignModel.init(opening:)`.
  ///   - history: a table of what the console has shown, see `CampaignHistory`; nil before the first tick.
  ///   - budget: the money to spend; nil for the market's.
  ///   - calendar: what times in the history mean; nil where ticks are counted.
  ///   - paused: the names of channels that are not to bid.
  /// - Throws: `InputError`, `CampaignError`, or what opening the run throws.
  package init(
    _ path: String, history: String?, budget: Double? = nil, calendar: CampaignCalendar? = nil,
    paused: [String] = []
  ) throws {
    let model = try CampaignModel(opening: path)
    let market = model.market
    var campaign = try Campaign(model, budget: budget)
    if let history {
      let table = try CSVTable(contentsOf: history)
      for tick in try CampaignHistory(table, market: market, calendar: calendar).ticks {
        try campaign.observe(tick)
      }
    }
    if !paused.isEmpty {
      let names = market.channels.map(\.name)
      for name in paused where !names.contains(name) {
        throw InputError(
          .invalid, key: "--pause", problem: "'\(name)' is no channel of the market",
          remedy: "there are \(names.joined(separator: ", "))")
      }
      try campaign.setPaused(names.map { paused.contains($0) })
    }
    self.campaign = campaign
    currency = market.currency
    time = campaign.isOver ? nil : calendar?.time(ofTick: campaign.state.tick)
  }

  private var flags: [CampaignDecision.Flag] { campaign.decide()?.flags ?? [] }

  /// The decision as a document; `tick` is −1 once the campaign is over.
  package var json: JSONValue {
    let decision = campaign.decide()
    let channels = (decision?.channels ?? []).map { channel -> JSONValue in
      [
        "name": .string(channel.name), "level": JSONValue(channel.level), "bid": JSONValue(channel.bid),
        "expected_spend": JSONValue(channel.expectedSpend),
        "expected_outcome": JSONValue(channel.expectedOutcome), "spend_limit": JSONValue(channel.spendLimit),
      ]
    }
    var members: [JSONValue.Member] = [.init("tick", JSONValue(decision?.tick ?? -1))]
    if let time { members.append(.init("time", .string(time))) }
    members += [
      .init("budget", JSONValue(campaign.budget)), .init("budget_left", JSONValue(campaign.budgetLeft)),
      .init("money_price", decision.map { JSONValue($0.moneyPrice) } ?? .null),
      .init("channels", .array(channels)),
      .init("flags", .array(flags.map { .string($0.rawValue) })),
    ]
    return .object(members)
  }

  /// The decision as a table of comma-separated values, a row per channel.
  package var csv: String {
    var table = CSVWriter([
      "tick", "channel", "level", "bid", "spend_limit", "expected_spend", "expected_outcome",
    ])
    for channel in campaign.decide()?.channels ?? [] {
      table.append([
        "\(campaign.state.tick)", channel.name, "\(channel.level)", "\(channel.bid)", "\(channel.spendLimit)",
        "\(channel.expectedSpend)", "\(channel.expectedOutcome)",
      ])
    }
    return table.text
  }

  /// The decision for people.
  package var text: String {
    let spent = campaign.spends.reduce(0, +)
    let money = "\(readable(spent)) of \(readable(campaign.budget)) \(currency) are spent"
    guard let decision = campaign.decide() else {
      let outcome = campaign.state.totals.reduce(0) { $0 + $1.conversions }
      return "The campaign is over: \(money), for an outcome of \(readable(outcome)).\n"
    }
    var table = TextTable(["channel", "level", "bid", "spend limit", "expected spend", "expected outcome"])
    for channel in decision.channels {
      table.append([
        channel.name, "\(channel.level)", String(format: "%.6g", channel.bid),
        String(format: "%.4f", channel.spendLimit), String(format: "%.4f", channel.expectedSpend),
        String(format: "%.4f", channel.expectedOutcome),
      ])
    }
    let price = String(format: "%.4g", decision.moneyPrice)
    let notes = decision.flags.map { "Note: \(Self.words($0)).\n" }.joined()
    return "Tick \(decision.tick) of \(campaign.ticks)" + (time.map { ", from \($0)" } ?? "")
      + ": \(money), one more \(currency) is worth \(price).\n" + table.text + notes
  }

  private static func words(_ flag: CampaignDecision.Flag) -> String {
    switch flag {
    case .notFinite: "the policy's values are no numbers, so these are the plan's bids"
    case .farFromTraining: "what the policy sees lies far from its training, so these are the plan's bids"
    case .limitedByMoney: "the bids are expected to cost more than there is; keep to the limits"
    case .paused: "channels are paused"
    case .overspent: "more was spent than there was"
    }
  }
}

extension RunFolder {
  /// The market that the run is trained on.
  ///
  /// - Throws: `ConfigurationError` where it is trained on something else.
  func market() throws -> Market {
    guard let problem = try problem() as? BudgetProblem else {
      throw ConfigurationError(place: path, message: "is no run of a market: only those have campaigns")
    }
    return problem.market
  }
}

/// Keeps what the consoles of a run's policy show on held-out episodes as a table, a row per episode, tick and channel: the
/// episodes of an evaluation of the same seed, as histories that `CampaignHistory` reads.
///
/// - Throws: `ConfigurationError` where the run's problem is no market; what opening the run or writing the file throws.
package func recordConsoles(run folder: RunFolder, episodes: Int, seed: UInt64, to path: String) throws {
  let market = try folder.market()
  let entry = try BudgetProblem(market).entry(of: folder.readPolicy())
  let recorded = MarketEvaluation(market: market, episodes: episodes, seed: seed).record(entry)
  var table = CSVWriter([
    "episode", "tick", "channel", "level", "bid", "wins", "spend", "clicks", "conversions",
  ])
  for (episode, ticks) in recorded.enumerated() {
    for results in ticks {
      for (channel, shown) in zip(market.channels, results.channels) {
        table.append([
          "\(episode)", "\(results.tick)", channel.name, "\(channel.level(paying: shown.bid))",
          "\(shown.bid)",
          "\(shown.wins)", "\(shown.spend)", "\(shown.clicks)", "\(shown.conversions)",
        ])
      }
    }
  }
  try AtomicFile.write(table.text, to: path)
}
