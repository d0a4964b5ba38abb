/// A channel that turns money into outcome through adstock and saturation, as media mix models do.
///
/// In tick t, with stock a of the spends so far and log response q: outcome = season_t · e^q · maximum · a^slope /
/// (a^slope + halfSaturation^slope) · noise (Jin, Wang, Sun, Chan and Koehler, 2017).
public struct ResponseChannel: Sendable, Equatable {
  /// Money per tick by level: 0 first, then ascending.
  public var spends: [Double]
  /// How spend is carried over.
  public var adstock: Adstock
  /// How outcome saturates.
  public var saturation: Hill
  /// Money that one unit of outcome is worth.
  public var valuePerOutcome: Double
  /// The standard deviation of the outcome's log noise, whose factor has mean 1.
  public var noise: Double
  /// Money in the ticks before an episode, the newest last: plans start from what it still does, and call repeating it
  /// the current plan. Simulated episodes start without carry-over.
  public var recent: [Double]
  /// What adstock and saturation may be instead, as far as the history tells, each as likely as the others; empty where they
  /// are all that is known. Plans of campaigns weigh these curves by what is seen; nothing is played by them.
  public var curves: [ResponseCurve]
  /// How many curves a channel may have.
  static let mostCurves = 1000

  /// Creates a response channel.
  public init(
    spends: [Double], adstock: Adstock = .none, saturation: Hill, valuePerOutcome: Double = 1,
    noise: Double = 0, recent: [Double] = [], curves: [ResponseCurve] = []
  ) {
    self.spends = spends
    self.adstock = adstock
    self.saturation = saturation
    self.valuePerOutcome = valuePerOutcome
    self.noise = noise
    self.recent = recent
    self.curves = curves
  }
}

/// How money works in a response channel: how it is carried over, and how its outcome saturates.
public struct ResponseCurve: Sendable, Equatable {
  /// How spend is carried over.
  public var adstock: Adstock
  /// How outcome saturates.
  public var saturation: Hill

  /// Creates a curve.
  package init(adstock: Adstock, saturation: Hill) {
    self.adstock = adstock
    self.saturation = saturation
  }
}

/// Hill's saturation curve: maximum · a^slope / (a^slope + halfSaturation^slope).
public struct Hill: Sendable, Equatable {
  /// The outcome per tick that no stock exceeds, at season 1.
  public var maximum: Double
  /// The stock that gives half of it.
  public var halfSaturation: Double
  /// The steepness; above 1 the curve is S-shaped.
  public var slope: Double

  /// Creates a curve.
  public init(maximum: Double, halfSaturation: Double, slope: Double = 1) {
    self.maximum = maximum
    self.halfSaturation = halfSaturation
    self.slope = slope
  }
}
