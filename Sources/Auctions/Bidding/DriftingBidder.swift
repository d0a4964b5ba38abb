/// How the level of values wanders, and how far bids follow it.
public struct ValueDrift: Sendable, Equatable {
  /// How many auctions the moving mean remembers.
  public var memory: Double
  /// For how many auctions the history's mean counts in it.
  public var prior: Double
  /// How far bids follow: a level that is 1 + x times the history's divides values by 1 + strength · x.
  public var strength: Double
  /// The history's mean of √value, which rare high values sway less than the mean of values.
  public var meanRoot: Double

  /// Creates a drift.
  public init(memory: Double, prior: Double, strength: Double, meanRoot: Double) {
    precondition(memory >= 1 && prior > 0 && strength >= 0, "A drift needs a memory of at least one auction.")
    precondition(meanRoot > 0, "A drift needs a positive mean of values' roots.")
    self.memory = memory
    self.prior = prior
    self.strength = strength
    self.meanRoot = meanRoot
  }
}

/// Bids by a table of money's worth that is re-scaled as the level of values wanders.
///
/// If all values rise by a factor, so does V, and the auction that was just worth its cost is still just worth it. So the
/// table of the history serves with values divided by the level of late, a moving mean shrunk to the history's:
///
///     level = 1 + strength · (mean root of late / mean root of history − 1)
///
/// Memory, shrinkage and strength are learned on the history; see `learned(on:_:)`.
public struct DriftingBidder: Bidder {
  /// Bids at the history's level.
  public let base: ValueBidder
  /// How the level is followed.
  public let drift: ValueDrift
  @usableFromInline let kept: Double
  @usableFromInline var sum = 0.0
  @usableFromInline var weight = 0.0
  /// The reciprocal of the level now.
  @usableFromInline var scale = 1.0

  /// Begins at the history's level.
  public init(_ base: ValueBidder, drift: ValueDrift) {
    self.base = base
    self.drift = drift
    kept = 1 - 1 / drift.memory
  }

  /// The bidder learned from a history alone: the exact programme on its joint law of price and value, and the drift that
  /// has most value when the history is played again. O(settings · auctions).
  public static func learned(
    on history: AuctionLog, _ rules: ReplayRules, resolution: Int = 512
  ) -> DriftingBidder {
    let base = ValueBidder.exact(AuctionSample(history), rules, resolution: resolution)
    let roots = history.values.reduce(0) { $0 + $1.squareRoot() }
    let meanRoot = max(roots / Double(max(1, history.count)), Double.leastNormalMagnitude)
    var best = DriftingBidder(
      base, drift: ValueDrift(memory: 1000, prior: 1000, strength: 0, meanRoot: meanRoot))
    var most = history.replay(best, rules).value
    for memory in [1000.0, 3000, 10_000] {
      for prior in [300.0, 1000, 3000] {
        for strength in [0.5, 1, 1.5] {
          let tried = DriftingBidder(
            base, drift: ValueDrift(memory: memory, prior: prior, strength: strength, meanRoot: meanRoot))
          let value = history.replay(tried, rules).value
          if value > most { (best, most) = (tried, value) }
        }
      }
    }
    return best
  }

  /// The highest price worth paying at the level of late.
  @inlinable public func bid(value: Double, auctionsLeft: Int, budgetLeft: Int) -> Int {
    base.bid(value: value * scale, auctionsLeft: auctionsLeft, budgetLeft: budgetLeft)
  }

  /// Whether this price is worth paying at the level of late.
  @inlinable public func outbids(price: Int, value: Double, auctionsLeft: Int, budgetLeft: Int) -> Bool {
    base.outbids(price: price, value: value * scale, auctionsLeft: auctionsLeft, budgetLeft: budgetLeft)
  }

  /// Moves the level.
  @inlinable public mutating func observe(value: Double) {
    sum = sum * kept + value.squareRoot()
    weight = weight * kept + 1
    let mean = (sum + drift.prior * drift.meanRoot) / (weight + drift.prior)
    scale = 1 / max(0.1, 1 + drift.strength * (mean / drift.meanRoot - 1))
  }
}
