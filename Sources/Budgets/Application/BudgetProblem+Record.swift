import Applications
import Documents
import Learning

extension BudgetProblem {
  /// What the consoles of a policy show, a row per episode, tick and channel: the episodes of an evaluation of the same seed,
  /// as histories that `CampaignHistory` reads. Campaigns play the best levels.
  package func record(of policy: TrainedPolicy, exploration: Float, episodes: Int, seed: UInt64) throws
    -> String
  {
    guard exploration == 0 else {
      throw InputError(
        .invalid, key: "--exploration", problem: "decides nothing of a market's campaigns",
        remedy: "leave it out")
    }
    let recorded = MarketEvaluation(
      market: reality ?? market, describedBy: market, episodes: episodes, seed: seed
    ).record(
      try entry(of: policy))
    var table = CSVWriter([
      "episode", "tick", "channel", "level", "bid", "wins", "spend", "clicks", "conversions",
    ])
    for (episode, ticks) in recorded.enumerated() {
      for results in ticks {
        for (channel, shown) in zip(market.channels, results.channels) {
          table.append([
            "\(episode)", "\(results.tick)", channel.name, "\(channel.level(paying: shown.bid))",
            "\(shown.bid)", "\(shown.wins)", "\(shown.spend)", "\(shown.clicks)", "\(shown.conversions)",
          ])
        }
      }
    }
    return table.text
  }
}
