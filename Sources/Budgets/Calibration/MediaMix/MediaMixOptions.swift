/// How a media mix model is fitted.
public struct MediaMixOptions: Sendable, Equatable {
  /// Which adstocks may explain a channel.
  public enum AdstockFamily: String, Sendable, CaseIterable {
    /// Money works at once and fades.
    case geometric
    /// Money may work late.
    case weibull
    /// Whichever explains more.
    case both
  }

  /// Which adstocks are tried.
  public var adstock = AdstockFamily.both
  /// What share of the outcome media may well bring, all channels together: the scale of the prior on their effects, which
  /// the history corrects.
  public var mediaShare = 0.3
  /// Pairs of sine and cosine that make the season of a year, at most: `SeasonChoice` finds how many forecasts can bear.
  public var harmonics = 3
  /// What is known of channels from elsewhere.
  public var knowledge = Knowledge()
  /// The season that is fitted.
  var season = Season(harmonics: 3, hasTrend: true)

  /// What the baseline holds beside its level.
  struct Season: Sendable, Equatable {
    let harmonics: Int
    let hasTrend: Bool
  }
  /// The number of plausible markets drawn.
  public var draws = 200
  /// The share of the history, at its end, that the hold-out forecasts.
  public var holdout = 0.2
  /// Decides the draws.
  public var seed: UInt64 = 0

  /// The standard way.
  public init() {}
}
