/// What an episode is to maximise.
public enum Objective: String, Sendable, Equatable, CaseIterable {
  /// The number of conversions; of a response channel, its outcome.
  case conversions
  /// The value of the conversions or outcomes, in money.
  case revenue
  /// The value of the conversions or outcomes less the money spent.
  case profit
}

/// A constraint on the efficiency of a whole episode, enforced by the penalty min(1, ratio²) on what was achieved
/// (AuctionNet: Su et al., 2024).
public enum Target: Sendable, Equatable {
  /// Money spent per conversion, at most.
  case costPerAction(Double)
  /// Value gained per unit of money spent, at least.
  case returnOnSpend(Double)
}
