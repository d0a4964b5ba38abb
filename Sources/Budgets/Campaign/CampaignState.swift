/// All that a campaign keeps between two ticks: a few kilobytes, in JSON as in any other form of `Codable`.
///
/// It follows from all that happened to the campaign (`Campaign(_:replaying:)`); kept, it saves playing that again.
public struct CampaignState: Sendable, Equatable {
  /// What a channel did over all ticks so far.
  public struct Totals: Sendable, Equatable, BitwiseCopyable {
    /// Auctions won, clicks, conversions (or outcome).
    public internal(set) var wins = 0.0
    /// Clicks.
    public internal(set) var clicks = 0.0
    /// Conversions; of a response channel, its outcome.
    public internal(set) var conversions = 0.0
    /// Money spent, in the campaign's units.
    var spend: Int64 = 0
  }

  /// The digest of the market that the campaign runs in.
  public let market: String
  /// The tick about to be played, from 0; the number of ticks once the campaign is over.
  public internal(set) var tick = 0
  /// Relative traffic of the ticks that the campaign was extended by.
  public internal(set) var addedTraffic: [Double] = []
  /// Which channels are paused, in the market's order.
  public internal(set) var paused: [Bool]
  /// By channel, in the market's order.
  public internal(set) var totals: [Totals]
  /// What to do in the tick; nil once the campaign is over.
  public internal(set) var decision: CampaignDecision?
  /// In how many ticks the plan's bids stood in for the policy's.
  public internal(set) var fallbacks = 0
  /// The last tick's results; nil before the first.
  public internal(set) var last: TickResults?
  /// What money is counted in.
  let unit: MoneyUnit
  /// The total to spend, in the campaign's units.
  var budget: Int64
  var memory: CampaignMemory

  /// The total to spend.
  public var totalBudget: Double { unit.amount(of: budget) }
  /// The money left; negative where more was spent than there was.
  public var budgetLeft: Double { unit.amount(of: left) }
  /// The money spent, by channel.
  public var spends: [Double] { totals.map { unit.amount(of: $0.spend) } }

  /// The money spent so far, in the campaign's units.
  var spent: Int64 { totals.reduce(0) { $0 + $1.spend } }
  /// The money left, in the campaign's units; negative where more was spent than there was.
  var left: Int64 { budget - spent }
}

/// The numbers that carry a campaign's knowledge from tick to tick.
struct CampaignMemory: Codable, Sendable, Equatable {
  /// Beliefs by channel, then the last plan.
  var planning = PackedNumbers<Float>()
  /// The console's fields, channel after channel, what was bid, and whether money may have stopped the tick.
  var console = PackedNumbers<Float>()
  /// What the console has shown since the beginning, against what was expected.
  var sums = PackedNumbers<Float>()
  /// By channel: what carry-over is reckoned from.
  var stocks: [PackedNumbers<Float>] = []
  /// What whoever chooses the levels remembers.
  var player = PackedNumbers<Float>()
}
