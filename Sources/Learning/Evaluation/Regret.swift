/// What was given away against a bound, or the best that is known.
package struct Regret: Sendable, Equatable {
  /// The bound less the return, of each episode in the order played.
  package let perEpisode: [Double]

  /// Compares returns with one bound for all.
  package init(returns: [Double], bound: Double) {
    perEpisode = returns.map { bound - $0 }
  }

  /// Compares each return with the bound of its own episode.
  package init(returns: [Double], bounds: [Double]) {
    precondition(
      returns.count == bounds.count, "Each return needs a bound: \(returns.count), \(bounds.count).")
    perEpisode = zip(bounds, returns).map { $0 - $1 }
  }

  /// The regret of all episodes so far, after each.
  package var cumulative: [Double] {
    var sum = 0.0
    return perEpisode.map {
      sum += $0
      return sum
    }
  }

  /// The mean over all episodes; 0 without any.
  package var mean: Double { perEpisode.isEmpty ? 0 : perEpisode.reduce(0, +) / Double(perEpisode.count) }
}
