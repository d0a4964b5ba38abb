import LinearAlgebra

/// A shop's log: each recommendation with the history before it, the probability it had and whether it was clicked, and
/// each view with the history before it.
public struct ShopLog: Sendable {
  /// The number of products.
  public let products: Int
  /// Recommendations × history columns, row-major.
  public private(set) var histories: [Float] = []
  /// What was shown, and with which probability.
  public private(set) var decisions: [BanditDecision] = []
  /// 1 for a click, otherwise 0; one per recommendation.
  public private(set) var clicks: [Float] = []
  /// The visitor of each recommendation, numbered from 0.
  public private(set) var visitors: [Int] = []
  /// Views × history columns: the histories before views.
  package private(set) var viewHistories: [Float] = []
  /// What was viewed.
  public private(set) var views: [Int] = []

  /// The number of columns of a history.
  public var columns: Int { ViewHistory.columns(products: products) }
  /// The share of recommendations that were clicked.
  public var clickRate: Double { Double(clicks.reduce(0, +)) / Double(max(1, clicks.count)) }

  /// Lets visitors come to a shop and logs what happens.
  ///
  /// - Parameters:
  ///   - world: the shop.
  ///   - visitors: how many come.
  ///   - seed: decides all chance.
  ///   - choose: what to show to whom.
  public init(
    _ world: ShopWorld, visitors: Int, seed: UInt64,
    choose: (ShopWorld.Visitor, inout RandomStream) -> BanditDecision
  ) {
    products = world.law.products
    for number in 0..<visitors {
      var stream = RandomStream(seed: seed, purpose: .episode, lane: number)
      var visitor = world.makeVisitor(stream: &stream)
      var seen = ViewHistory(products: products)
      addViews(visitor.viewed, to: &seen)
      while !visitor.hasLeft {
        let decision = choose(visitor, &stream)
        append(visitor.history, to: \.histories)
        decisions.append(decision)
        self.visitors.append(number)
        clicks.append(world.show(decision.arm, to: &visitor, stream: &stream) ? 1 : 0)
        addViews(visitor.viewed, to: &seen)
      }
    }
  }

  private mutating func addViews(_ viewed: [Int], to history: inout ViewHistory) {
    for product in viewed {
      append(history, to: \.viewHistories)
      views.append(product)
      history.add(product)
    }
  }

  private mutating func append(_ history: ViewHistory, to rows: WritableKeyPath<ShopLog, [Float]>) {
    var row = [Float](repeating: 0, count: columns)
    var span = row.mutableSpan
    history.write(into: &span)
    self[keyPath: rows] += row
  }

  /// The 95 % interval of the click rate, visitors being what is independent (ratio of means, delta method).
  package var clickRateInterval: ClosedRange<Double> {
    let count = (visitors.last ?? -1) + 1
    guard count > 1 else { return 0...1 }
    let rate = clickRate
    var residuals = [Double](repeating: 0, count: count)
    for (row, visitor) in visitors.enumerated() { residuals[visitor] += Double(clicks[row]) - rate }
    let squares = residuals.reduce(0) { $0 + $1 * $1 } * Double(count) / Double(count - 1)
    let half = 1.959964 * squares.squareRoot() / Double(clicks.count)
    return rate - half...rate + half
  }
}
