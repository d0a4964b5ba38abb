/// What a campaign should do in its next tick.
public struct CampaignDecision: Codable, Sendable, Equatable {
  /// What is remarkable about a decision.
  public enum Flag: String, Codable, Sendable, CaseIterable {
    /// The policy's values were no numbers, so the plan's bids are played.
    case notFinite = "not_finite"
    /// What the policy sees lies far outside what it was trained on, so the plan's bids are played.
    case farFromTraining = "far_from_training"
    /// The bids are expected to cost more than the tick may: spends are cut, auctions are to be stopped at their limits.
    case limitedByMoney = "limited_by_money"
    /// A channel is paused.
    case paused
    /// Earlier ticks spent more than there was.
    case overspent
  }

  /// What one channel should do.
  public struct Channel: Codable, Sendable, Equatable {
    /// The channel's name.
    public var name: String
    /// The level on the ladder that is chosen, from 0.
    public var level: Int
    /// What to bid for one auction, or to spend (response channels), in money; 0 for off.
    public var bid: Double
    /// The money that is expected to be spent.
    public var expectedSpend: Double
    /// The conversions, or the response channel's outcome, that are expected.
    public var expectedOutcome: Double
    /// The most that the channel may spend in the tick; over all channels no more than there is.
    public var spendLimit: Double
  }

  /// The tick to play, from 0.
  public var tick: Int
  /// The objective that one more unit of money would bring, by the plan.
  public var moneyPrice: Double
  /// The money left before the tick; negative where more was spent than there was.
  public var budgetLeft: Double
  /// In the order of the market's channels.
  public var channels: [Channel]
  /// What is remarkable.
  public var flags: [Flag]

  /// Whether the plan's bids stand in for the policy's.
  public var isPlan: Bool { flags.contains(.notFinite) || flags.contains(.farFromTraining) }
}
