/// Whom to show what: a world of users and items, described in YAML.
///
/// ```yaml
/// kind: recommendation
/// name: clickbait
/// world:
///   satisfaction: {sensitivity: 0.5}
/// ```
public struct RecommendationProblem: Sendable, Equatable {
  /// Its name.
  public let name: String
  /// One line about it.
  public let summary: String
  /// Who comes, and what there is to show.
  public let world: World
  /// The description, as it was read.
  public let yaml: String

  /// The worlds there are.
  public enum World: Sendable, Equatable {
    /// A shop's visitors and its products.
    case shop(ShopWorld)
    /// Users who are worn out by clickbait.
    case satisfaction(LongTermSatisfaction)
    /// A feed of articles.
    case feed(FeedWorld)
  }

  /// The world as something to play.
  public var play: any RecommendationWorld {
    switch world {
    case .shop(let world): world
    case .satisfaction(let world): world
    case .feed(let world): world
    }
  }
}
