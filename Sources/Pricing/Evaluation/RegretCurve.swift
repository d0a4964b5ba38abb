/// What a strategy has lost, by every period, to somebody who knows the season's hidden demand: mean over held-out seasons
/// of the profits of `PriceStrategy.knownDemand` less the strategy's, added up.
public struct RegretCurve: Sendable {
  /// The strategy's name.
  public let name: String
  /// Per period the regret so far.
  public let regrets: [Double]

  /// Compares a strategy's path with that of known demand on the same seasons.
  public init(name: String, path: [Double], known: [Double]) {
    precondition(path.count == known.count, "Regret compares paths of as many periods.")
    self.name = name
    var sum = 0.0
    regrets = zip(known, path).map { known, own in
      sum += known - own
      return sum
    }
  }
}
