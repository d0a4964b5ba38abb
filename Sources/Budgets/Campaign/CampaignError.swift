/// Why a campaign does not take what it is given; it then stays as it was.
public struct CampaignError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Kind: Sendable, Equatable {
    /// A value makes no sense.
    case impossible
    /// The results are not those of the tick that is due, or the campaign is over.
    case outOfTurn
    /// The state, or the policy, belongs to something else.
    case unfit
  }

  /// What kind of mistake it is.
  public let kind: Kind
  /// The field with the mistake, as in `clicks of 'search'`.
  public let field: String
  /// What is wrong with it.
  public let problem: String
  /// How to mend it.
  public let remedy: String

  /// `field: problem; remedy`
  public var description: String { "\(field): \(problem); \(remedy)." }

  static func impossible(_ field: String, _ problem: String, _ remedy: String) -> CampaignError {
    CampaignError(kind: .impossible, field: field, problem: problem, remedy: remedy)
  }

  static func outOfTurn(_ field: String, _ problem: String, _ remedy: String) -> CampaignError {
    CampaignError(kind: .outOfTurn, field: field, problem: problem, remedy: remedy)
  }

  static func unfit(_ field: String, _ problem: String, _ remedy: String) -> CampaignError {
    CampaignError(kind: .unfit, field: field, problem: problem, remedy: remedy)
  }
}
