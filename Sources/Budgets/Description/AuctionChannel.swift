/// A channel that bids in auctions against a histogram of market prices.
///
/// In tick t, with log factors p (price), v (volume), q (response), exposure x and bid b: wins ~ Poisson(volume ·
/// season_t · e^v · F(b · e^-p)), F being the landscape's share of auctions won; each win sees a click with probability
/// clickRate · e^q · e^(-strength · x), each click a conversion with probability conversionRate · (the episode's multiplier).
public struct AuctionChannel: Sendable, Equatable {
  /// Auctions per tick at season 1.
  public var volume: Double
  /// Counts of the market prices 0…300: 301 numbers, of which only the proportions matter.
  public var prices: [Double]
  /// Money per won auction and price step, as in 1e-5 where prices are hundredths per thousand impressions.
  public var priceUnit: Double
  /// What a winner pays.
  public var pricing: Pricing
  /// Clicks per win at exposure 0.
  public var clickRate: Double
  /// Conversions per click.
  public var conversionRate: Double
  /// Money that a conversion is worth.
  public var valuePerConversion: Double
  /// How the audience tires; nil where it does not.
  public var fatigue: Fatigue?
  /// How late the console reports conversions; nil where it does in the tick of the click.
  public var delay: ReportingDelay?
  /// Bids by level in price steps: 0 first, then ascending.
  public var bids: [Double]

  /// What a winner pays.
  public enum Pricing: String, Sendable, Equatable, CaseIterable {
    /// The market price.
    case secondPrice = "second_price"
    /// Its own bid.
    case firstPrice = "first_price"
  }

  /// The number of market prices: 0…300.
  package static let priceCount = 301

  /// Creates an auction channel; a shorter histogram ends in zeros.
  public init(
    volume: Double, prices: [Double], priceUnit: Double = 1e-5, pricing: Pricing = .secondPrice,
    clickRate: Double,
    conversionRate: Double, valuePerConversion: Double = 1, fatigue: Fatigue? = nil,
    delay: ReportingDelay? = nil, bids: [Double]
  ) {
    self.volume = volume
    self.prices = prices + [Double](repeating: 0, count: max(0, Self.priceCount - prices.count))
    self.priceUnit = priceUnit
    self.pricing = pricing
    self.clickRate = clickRate
    self.conversionRate = conversionRate
    self.valuePerConversion = valuePerConversion
    self.fatigue = fatigue
    self.delay = delay
    self.bids = bids
  }

  /// The cumulative tables of the histogram.
  public var landscape: AuctionLandscape { AuctionLandscape(prices: prices) }
}

/// How an audience tires: exposure x ← retention · x + wins / reach, and the click rate is scaled by e^(-strength · x).
public struct Fatigue: Sendable, Equatable {
  /// The number of people that can be reached.
  public var reach: Double
  /// Loss of log click rate per impression per person.
  public var strength: Double
  /// The share of exposure that is remembered from one tick to the next, in [0, 1].
  public var retention: Double

  /// Creates a fatigue.
  public init(reach: Double, strength: Double, retention: Double) {
    self.reach = reach
    self.strength = strength
    self.retention = retention
  }
}
