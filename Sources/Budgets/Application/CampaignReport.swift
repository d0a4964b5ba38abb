import Applications
import Documents
import Foundation
import Learning

/// What to bid next, and what led there.
package struct CampaignReport: Decision {
  /// The campaign after all that its console has shown.
  package let campaign: Campaign
  /// When the tick to come begins; nil without a calendar.
  package let time: String?
  private let currency: String

  /// Reads a history, see `CampaignHistory`, and decides on the tick that follows.
  ///
  /// - Throws: `InputError`, `CampaignError`, or what making a campaign of the policy throws.
  package init(_ market: Market, policy: TrainedPolicy, request: DecisionRequest) throws {
    try request.allow([.history, .budget, .paused, .start], of: market.name)
    guard let length = CampaignCalendar.TickLength(request.tickLength) else {
      throw InputError(
        .invalid, key: "--tick-length", problem: "is '\(request.tickLength)'",
        remedy: "give minutes, hours or days, as 30m, 2h or 1d")
    }
    let calendar = try request.start.map { start throws(InputError) in
      try CampaignCalendar(start: start, length: length, zone: request.timeZone)
    }
    let model = try CampaignModel(market: market, policy: policy)
    var campaign = try Campaign(model, budget: request.budget)
    if let history = request.history {
      let table = try CSVTable(tableOrJSON: history)
      for tick in try CampaignHistory(table, market: market, calendar: calendar).ticks {
        try campaign.observe(tick)
      }
    }
    let paused = request.paused
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

  private enum CodingKeys: CodingKey {
    case tick, time, budget, budgetLeft, moneyPrice, channels, flags
  }

  /// `tick` is −1 once the campaign is over; `time` is there with a calendar only.
  package func encode(to encoder: any Encoder) throws {
    let decision = campaign.decide()
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(decision?.tick ?? -1, forKey: .tick)
    if let time { try container.encode(time, forKey: .time) }
    try container.encode(campaign.budget, forKey: .budget)
    try container.encode(campaign.budgetLeft, forKey: .budgetLeft)
    try container.encode(decision?.moneyPrice, forKey: .moneyPrice)
    try container.encode(decision?.channels ?? [], forKey: .channels)
    try container.encode(decision?.flags ?? [], forKey: .flags)
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

extension BudgetProblem {
  /// The bids of the next tick.
  package func decision(of policy: TrainedPolicy, on request: DecisionRequest) throws -> any Decision {
    try CampaignReport(market, policy: policy, request: request)
  }
}
