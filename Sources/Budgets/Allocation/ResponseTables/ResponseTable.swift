/// A channel's outcome at a list of spends, read between them along straight lines.
///
/// That is how other tools publish what they fitted: a table of `channel, spend, outcome`, as Meridian's response curves.
public struct ResponseTable: Sendable, Equatable {
  /// The channel's name.
  public let name: String
  /// Ascending amounts of money.
  public let spends: [Double]
  /// The outcome at each.
  public let outcomes: [Double]
  /// What is spent today; nil where that is not known.
  public let current: Double?
  /// Between which spends a plan must stay, within those of the table.
  public var limits: ClosedRange<Double>

  /// Creates a table of two spends at least, ascending; without limits, all of it may be used.
  public init(
    name: String, spends: [Double], outcomes: [Double], current: Double? = nil,
    limits: ClosedRange<Double>? = nil
  ) {
    precondition(spends.count == outcomes.count && spends.count >= 2, "A curve needs two points at least.")
    precondition(zip(spends, spends.dropFirst()).allSatisfy { $0 < $1 }, "A curve's spends must ascend.")
    self.name = name
    self.spends = spends
    self.outcomes = outcomes
    self.current = current
    let whole = spends[0]...spends[spends.count - 1]
    self.limits = limits.map { $0.clamped(to: whole) } ?? whole
  }

  /// The outcome at a spend; beyond the table, that of its ends.
  public func outcome(at spend: Double) -> Double {
    let cell = cell(of: spend)
    let share = (spend - spends[cell]) / (spends[cell + 1] - spends[cell])
    return outcomes[cell] + min(max(share, 0), 1) * (outcomes[cell + 1] - outcomes[cell])
  }

  /// Outcome per unit of money added to a spend.
  public func marginalReturn(at spend: Double) -> Double {
    let cell = cell(of: spend)
    return (outcomes[cell + 1] - outcomes[cell]) / (spends[cell + 1] - spends[cell])
  }

  /// The straight piece on which a spend lies, or at whose beginning; the ends' pieces go on beyond them.
  private func cell(of spend: Double) -> Int {
    var (low, high) = (0, spends.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if spends[middle] <= spend { low = middle } else { high = middle }
    }
    return low
  }

  /// The points within the limits, those at the limits included.
  private var allowed: [(spend: Double, outcome: Double)] {
    let inner = zip(spends, outcomes).filter { $0.0 > limits.lowerBound && $0.0 < limits.upperBound }
    let low = (limits.lowerBound, outcome(at: limits.lowerBound))
    let high = (limits.upperBound, outcome(at: limits.upperBound))
    return limits.lowerBound < limits.upperBound ? [low] + inner + [high] : [low]
  }

  /// The corners of the smallest concave curve that lies on or above the table within its limits (Andrew, 1979).
  var concaveHull: [(spend: Double, outcome: Double)] {
    var hull: [(spend: Double, outcome: Double)] = []
    for point in allowed {
      while hull.count > 1 {
        let (a, b) = (hull[hull.count - 2], hull[hull.count - 1])
        let bends =
          (b.outcome - a.outcome) * (point.spend - b.spend) > (point.outcome - b.outcome)
          * (b.spend - a.spend)
        if bends { break }
        hull.removeLast()
      }
      hull.append(point)
    }
    return hull
  }

  /// The concave hull at a spend within the limits.
  func hullOutcome(at spend: Double) -> Double {
    let hull = concaveHull
    for (from, to) in zip(hull, hull.dropFirst()) where spend <= to.spend {
      let share = (spend - from.spend) / (to.spend - from.spend)
      return from.outcome + max(0, share) * (to.outcome - from.outcome)
    }
    return hull.last?.outcome ?? 0
  }

  /// The limits cut in two at a spend, or where that lies at an end of them, at the table's points on either side.
  func halves(at spend: Double) -> [ClosedRange<Double>] {
    guard spend > limits.lowerBound, spend < limits.upperBound else { return [limits] }
    return [limits.lowerBound...spend, spend...limits.upperBound]
  }
}
