import Documents

extension SpendPlan {
  /// The best split of a budget over channels of which a table of outcomes by spend is known.
  ///
  /// Each table is replaced by its concave hull; then the straight pieces of all hulls are bought in the order of their
  /// slopes. Where the tables are concave this is exact. Otherwise it solves the continuous relaxation of the multiple-choice
  /// knapsack (Sinha and Zoltners, 1979): only the last piece bought may be one that the table does not follow, and the
  /// certified gap says what that may cost.
  ///
  /// Complexity: O(n log n) for n points.
  /// - Throws: `InputError` where the lower limits alone cost more than the budget.
  public init(curves: [ResponseTable], budget: Double) throws(InputError) {
    let least = curves.reduce(0) { $0 + $1.limits.lowerBound }
    guard least <= budget * (1 + 1e-12) else {
      throw InputError(
        .invalid, key: "budget", problem: "is \(budget), and the lower limits alone cost \(least)",
        remedy: "raise the budget or lower the limits")
    }
    let pieces = curves.enumerated().flatMap { index, curve in
      let hull = curve.concaveHull
      return zip(hull, hull.dropFirst()).map { from, to in
        (
          channel: index, width: to.spend - from.spend,
          slope: (to.outcome - from.outcome) / (to.spend - from.spend)
        )
      }
    }
    var spends = curves.map(\.limits.lowerBound)
    var bound = zip(curves, spends).reduce(0) { $0 + $1.0.outcome(at: $1.1) }
    var left = budget - least
    // Slopes fall along a hull, and the sort is stable, so the pieces of a channel are bought from left to right.
    for piece in pieces.sorted(by: { $0.slope > $1.slope }) where left > 0 && piece.slope > 0 {
      let bought = min(left, piece.width)
      spends[piece.channel] += bought
      bound += bought * piece.slope
      left -= bought
    }
    rows = zip(curves, spends).map { curve, spend in
      let spend = min(spend, curve.limits.upperBound)
      return Row(
        name: curve.name, spend: spend, outcome: curve.outcome(at: spend),
        marginalReturn: curve.marginalReturn(at: spend),
        current: curve.current.map { ($0, curve.outcome(at: $0)) }, limits: curve.limits, schedule: [spend])
    }
    self.budget = budget
    self.bound = bound
    let outcome = rows.reduce(0) { $0 + $1.outcome }
    certifiedGap = bound > 0 ? max(0, (bound - outcome) / bound) : 0
  }
}
