/// How the factors of every channel wander within an episode: an AR(1) of their logarithms, each channel its own.
public struct Drift: Sendable, Equatable {
  /// The share of a log factor that is kept from one tick to the next, in [0, 1).
  public var persistence: Double
  /// The stationary standard deviation of the log price factor.
  public var price: Double
  /// The stationary standard deviation of the log volume factor.
  public var volume: Double
  /// The stationary standard deviation of the log response factor (click rate, or outcome of a response channel).
  public var response: Double

  /// Creates a drift; without arguments, factors stand still.
  public init(persistence: Double = 0, price: Double = 0, volume: Double = 0, response: Double = 0) {
    self.persistence = persistence
    self.price = price
    self.volume = volume
    self.response = response
  }
}

/// How episodes differ: standard deviations of the log multipliers that every channel draws once per episode.
public struct Randomization: Sendable, Equatable {
  /// Of the market prices.
  public var price: Double
  /// Of the number of auctions.
  public var volume: Double
  /// Of the click rate, or of a response channel's outcome.
  public var response: Double
  /// Of the conversion rate.
  public var conversion: Double

  /// Creates a randomisation; without arguments, all episodes are alike.
  public init(price: Double = 0, volume: Double = 0, response: Double = 0, conversion: Double = 0) {
    self.price = price
    self.volume = volume
    self.response = response
    self.conversion = conversion
  }
}
