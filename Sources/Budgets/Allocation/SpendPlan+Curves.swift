import Documents

extension SpendPlan {
  /// The best split of a budget over channels of which a table of outcomes by spend is known.
  ///
  /// Each table is replaced by its concave hull; then the straight pieces of all hulls are bought in the order of their
  /// slopes. Where the tables are concave this is exact. Otherwise it solves the continuous relaxation of the multiple-choice
  /// knapsack (Sinha and Zoltners, 1979), in which at most one channel lies where its hull leaves its table; branch and bound
  /// cuts that channel's spends in two there until the split is the best, or the certified gap says what is left open.
  ///
  /// Complexity: O(n log n) for n points and each of some dozens of branches.
  /// - Throws: `InputError` where the lower limits alone cost more than the budget.
  public init(
    curves: [ResponseTable], budget: Double, groups: [(names: [String], limits: ClosedRange<Double>)] = []
  ) throws(InputError) {
    let least = curves.reduce(0) { $0 + $1.limits.lowerBound }
    guard least <= budget * (1 + 1e-9) else {
      throw InputError(
        .invalid, key: "budget", problem: "is \(budget), and the lower limits alone cost \(least)",
        remedy: "raise the budget or lower the limits")
    }
    let members = groups.map { group in curves.indices.filter { group.names.contains(curves[$0].name) } }
    let search = CurveSearch(
      curves: curves, budget: budget, groups: zip(members, groups.map(\.limits)).map { ($0, $1) })
    guard let search else {
      throw InputError(
        .invalid, key: "limits", problem: "contradict each other: no split of \(budget) keeps to all of them",
        remedy: "loosen the limits of groups")
    }
    let rows = zip(curves, search.spends).map { curve, spend in
      Row(
        name: curve.name, spend: spend, outcome: curve.outcome(at: spend),
        marginalReturn: curve.marginalReturn(at: spend),
        current: curve.current.map { ($0, curve.outcome(at: $0)) }, limits: curve.limits, schedule: [spend])
    }
    self.init(
      budget: budget, rows: rows, groups: groups, objective: rows.reduce(0) { $0 + $1.outcome },
      bound: search.bound)
  }
}
