/// The best split of a budget over tables of outcomes by spend, by branch and bound on their concave hulls.
struct CurveSearch {
  /// By channel: the best spends found.
  private(set) var spends: [Double] = []
  /// What no split can exceed.
  private(set) var bound: Double
  private var outcome = -Double.infinity

  private struct Branch {
    let curves: [ResponseTable]
    let spends: [Double]
    let bound: Double
  }

  /// Searches; nil where no split keeps to all limits.
  init?(
    curves: [ResponseTable], budget: Double, groups: [(members: [Int], limits: ClosedRange<Double>)],
    branches limit: Int = 20_000
  ) {
    bound = .infinity
    guard let root = Self.relaxed(curves, budget: budget, groups: groups) else { return nil }
    var open = [root]
    var tried = 1
    offer(root.spends, curves)
    while let place = open.indices.max(by: { open[$0].bound < open[$1].bound }) {
      let branch = open[place]
      guard branch.bound > outcome + 1e-12 * abs(outcome), tried < limit else { break }
      open.remove(at: place)
      // Where the hull leaves the table most.
      let excess = zip(branch.curves, branch.spends).map { $0.hullOutcome(at: $1) - $0.outcome(at: $1) }
      guard let worst = excess.indices.max(by: { excess[$0] < excess[$1] }),
        excess[worst] > 1e-13 * abs(branch.bound)
      else { continue }
      let limits = branch.curves[worst].limits
      for half in branch.curves[worst].halves(at: branch.spends[worst]) where half != limits {
        var halved = branch.curves
        halved[worst].limits = half
        tried += 1
        guard let solved = Self.relaxed(halved, budget: budget, groups: groups) else { continue }
        offer(solved.spends, curves)
        if solved.bound > outcome { open.append(solved) }
      }
    }
    bound = max(outcome, open.map(\.bound).max() ?? outcome)
  }

  private mutating func offer(_ offered: [Double], _ curves: [ResponseTable]) {
    let sum = zip(curves, offered).reduce(0) { $0 + $1.0.outcome(at: $1.1) }
    if sum > outcome { (spends, outcome) = (offered, sum) }
  }

  /// The best split on the hulls: limits that nest are filled from below, then pieces are bought in the order of their slopes.
  private static func relaxed(
    _ curves: [ResponseTable], budget: Double, groups: [(members: [Int], limits: ClosedRange<Double>)]
  ) -> Branch? {
    struct Piece {
      let channel: Int
      var width: Double
      let slope: Double
    }
    var pieces = curves.enumerated().flatMap { index, curve in
      let hull = curve.concaveHull
      return zip(hull, hull.dropFirst()).map { from, to in
        Piece(
          channel: index, width: to.spend - from.spend,
          slope: (to.outcome - from.outcome) / (to.spend - from.spend))
      }
    }
    // Slopes fall along a hull, and the sort is stable, so the pieces of a channel are bought from left to right.
    pieces.sort { $0.slope > $1.slope }
    var spends = curves.map(\.limits.lowerBound)
    var bound = zip(curves, spends).reduce(0) { $0 + $1.0.outcome(at: $1.1) }
    let slack = 1e-9 * max(budget, .leastNormalMagnitude)
    var left = budget - spends.reduce(0, +)
    guard left >= -slack else { return nil }
    var groupOf = [Int?](repeating: nil, count: curves.count)
    for (index, group) in groups.enumerated() { for member in group.members { groupOf[member] = index } }
    func buy(_ index: Int, _ most: Double) {
      let piece = pieces[index]
      let room = groupOf[piece.channel].map { group in
        groups[group].limits.upperBound - groups[group].members.reduce(0) { $0 + spends[$1] }
      }
      let bought = min(most, left, piece.width, room ?? .infinity)
      guard bought > 0 else { return }
      spends[piece.channel] += bought
      bound += bought * piece.slope
      left -= bought
      pieces[index].width -= bought
    }
    for (group, described) in groups.enumerated() {
      func missing() -> Double {
        described.limits.lowerBound - described.members.reduce(0) { $0 + spends[$1] }
      }
      for index in pieces.indices where groupOf[pieces[index].channel] == group && missing() > 0 {
        buy(index, missing())
      }
      guard missing() <= slack, missing() >= described.limits.lowerBound - described.limits.upperBound - slack
      else {
        return nil
      }
    }
    for index in pieces.indices where left > 0 && pieces[index].slope > 0 { buy(index, left) }
    spends = zip(curves, spends).map { min($1, $0.limits.upperBound) }
    return Branch(curves: curves, spends: spends, bound: bound)
  }
}
