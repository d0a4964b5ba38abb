import Environments
import LinearAlgebra

/// A shop whose visitors browse by themselves and are shown recommendations elsewhere: the click model of RecoGym (Rohde,
/// Bonner, Dunlop, Vasile and Karatzoglou, "RecoGym: a reinforcement learning environment for the problem of product
/// recommendation in online advertising", 2018).
///
/// A visitor's interests ω are a normal vector that drifts while he browses. Browsing, he views product p with a
/// probability in proportion to exp(γ_p ω + μ_p). Shown a recommendation of p, he clicks with probability
/// f(β_p ω + ν_p), f(x) = σ(5 σ(2 σ(0.3 x) − 2) − 6), where β and ν are γ and μ, some pairs of similar products swapped. He
/// changes between browsing and being shown recommendations by a Markov chain, browses after every click, and leaves at
/// last. A step is a recommendation; browsing in between is what the observation tells.
public struct ShopWorld: Sendable, Equatable {
  /// The laws that shops and their visitors are drawn from; the defaults are those of the published figures.
  public struct Law: Sendable, Equatable {
    /// The number of products.
    public var products = 10
    /// The length of ω.
    public var dimension = 5
    /// The standard deviation of each interest of a new visitor.
    public var interestDeviation: Float = 1
    /// The standard deviation of an interest's change with each view.
    public var drift: Float = 0.1
    /// The standard deviation of the products' popularity μ.
    public var popularityDeviation: Float = 3
    /// How many pairs of similar products swap their click rates.
    public var flips = 0
    /// The chance that a browsing visitor is shown a recommendation next.
    public var browseToShow: Float = 0.25
    /// The chance that a browsing visitor leaves next.
    public var browseToLeave: Float = 0.01
    /// The chance that a visitor shown a recommendation browses next.
    public var showToBrowse: Float = 0.05
    /// The chance that a visitor shown a recommendation leaves next.
    public var showToLeave: Float = 0.01

    /// The published law.
    public init() {}
  }

  /// The law.
  public let law: Law
  /// What the products are called.
  public let names: [String]
  /// γ, products × dimension.
  public let viewFactors: [Float]
  /// μ.
  public let viewPopularity: [Float]
  /// β, products × dimension.
  package let clickFactors: [Float]
  /// ν.
  package let clickPopularity: [Float]

  /// Draws a shop.
  public init(law: Law = Law(), seed: UInt64) {
    var stream = RandomStream(seed: seed, purpose: .market, lane: 0x5409)
    let factors = (0..<law.products * law.dimension).map { _ in stream.normal() }
    let popularity = (0..<law.products).map { _ in law.popularityDeviation * stream.normal() }
    self.init(law: law, viewFactors: factors, viewPopularity: popularity)
  }

  /// Creates a shop of given products.
  ///
  /// - Parameters:
  ///   - viewFactors: γ, products × dimension.
  ///   - viewPopularity: μ.
  ///   - names: what the products are called; nil for their numbers.
  public init(law: Law, viewFactors: [Float], viewPopularity: [Float], names: [String]? = nil) {
    precondition(
      names?.count ?? law.products == law.products, "A shop of \(law.products) products needs as many names.")
    precondition(
      viewFactors.count == law.products * law.dimension && viewPopularity.count == law.products,
      "A shop of \(law.products) products needs as many rows of \(law.dimension) factors.")
    precondition(law.products > 0 && law.dimension > 0, "A shop needs products and interests.")
    precondition(
      law.browseToShow > 0 && law.showToLeave > 0 && law.browseToShow + law.browseToLeave <= 1
        && law.showToBrowse + law.showToLeave <= 1, "Visitors must be shown something, and must leave.")
    self.law = law
    self.names = names ?? (0..<law.products).map { "product_\($0)" }
    self.viewFactors = viewFactors
    self.viewPopularity = viewPopularity
    let order = Self.swapped(viewFactors, law)
    clickFactors = order.flatMap { viewFactors[$0 * law.dimension..<($0 + 1) * law.dimension] }
    clickPopularity = order.map { viewPopularity[$0] }
  }

  /// The products, the most similar pairs swapped as long as there are flips; none is swapped twice.
  private static func swapped(_ factors: [Float], _ law: Law) -> [Int] {
    var order = Array(0..<law.products)
    let pairs = (0..<law.products).flatMap { first in
      (0..<first).map { second in
        let product = (0..<law.dimension).reduce(Float(0)) {
          $0 + factors[first * law.dimension + $1] * factors[second * law.dimension + $1]
        }
        return (first, second, product)
      }
    }
    var left = law.flips
    for (first, second, _) in pairs.sorted(by: { $0.2 > $1.2 })
    where left > 0 && order[first] == first && order[second] == second {
      order.swapAt(first, second)
      left -= 1
    }
    return order
  }

  /// A visitor in the middle of his visit.
  public struct Visitor: Sendable {
    /// ω.
    package var interests: [Float]
    /// What he viewed so far.
    public var history: ViewHistory
    /// The products viewed since the last recommendation, in order.
    package var viewed: [Int] = []
    /// Whether he has left.
    package var hasLeft = false
  }

  /// A visitor who has browsed until the first recommendation: one who leaves before it is not seen.
  package func makeVisitor(stream: inout RandomStream) -> Visitor {
    while true {
      var visitor = Visitor(
        interests: (0..<law.dimension).map { _ in law.interestDeviation * stream.normal() },
        history: ViewHistory(products: law.products))
      browse(&visitor, stream: &stream)
      if !visitor.hasLeft { return visitor }
    }
  }

  /// The chance that a visitor clicks on a product shown.
  public func clickRate(_ product: Int, _ visitor: Visitor) -> Float {
    let taste = score(clickFactors, clickPopularity, product, visitor.interests)
    return logistic(5 * logistic(2 * logistic(0.3 * taste) - 2) - 6)
  }

  /// Shows a product; returns whether it was clicked.
  public func show(_ product: Int, to visitor: inout Visitor, stream: inout RandomStream) -> Bool {
    let isClicked = stream.uniform() < clickRate(product, visitor)
    visitor.viewed.removeAll(keepingCapacity: true)
    let next = stream.uniform()
    // A click always leads to the shop.
    if isClicked || next < law.showToBrowse {
      if !isClicked { drift(&visitor, stream: &stream) }
      browse(&visitor, stream: &stream)
    } else if next < law.showToBrowse + law.showToLeave {
      visitor.hasLeft = true
    }
    return isClicked
  }

  /// Lets a visitor view products until a recommendation is due or he leaves.
  private func browse(_ visitor: inout Visitor, stream: inout RandomStream) {
    while true {
      let product = view(visitor, stream: &stream)
      visitor.history.add(product)
      visitor.viewed.append(product)
      let next = stream.uniform()
      if next < law.browseToShow { return }
      if next < law.browseToShow + law.browseToLeave {
        visitor.hasLeft = true
        return
      }
      drift(&visitor, stream: &stream)
    }
  }

  private func drift(_ visitor: inout Visitor, stream: inout RandomStream) {
    for index in visitor.interests.indices { visitor.interests[index] += law.drift * stream.normal() }
  }

  /// The product viewed next: the best of the scores, each with a Gumbel number added.
  private func view(_ visitor: Visitor, stream: inout RandomStream) -> Int {
    var best = (product: 0, value: -Float.infinity)
    for product in 0..<law.products {
      let gumbel = -ScalarKernels.log(-ScalarKernels.log(stream.uniform()))
      let value = score(viewFactors, viewPopularity, product, visitor.interests) + gumbel
      if value > best.value { best = (product, value) }
    }
    return best.product
  }

  private func score(
    _ factors: [Float], _ popularity: [Float], _ product: Int, _ interests: [Float]
  ) -> Float {
    (0..<law.dimension).reduce(popularity[product]) {
      $0 + factors[product * law.dimension + $1] * interests[$1]
    }
  }
}

/// 1 / (1 + e⁻ˣ).
package func logistic(_ x: Float) -> Float { 1 / (1 + ScalarKernels.exp(-x)) }

extension ShopWorld: SlateWorld {
  /// A slate of a single product, each of which has two columns; see `ViewHistory`.
  public var slateLayout: SlateLayout {
    SlateLayout(userColumns: 0, candidates: law.products, itemColumns: 2, positions: 1, choice: .first)
  }
  /// What was viewed, and what lately.
  public var observationLayout: ObservationLayout {
    ObservationLayout(names: names.flatMap { ["log_views:\($0)", "recent_views:\($0)"] })
  }
  /// A new visitor.
  public func makeState(stream: inout RandomStream) -> Visitor { makeVisitor(stream: &stream) }
  /// His history.
  public func observe(_ state: Visitor, into row: inout MutableSpan<Float>) {
    state.history.write(into: &row)
  }
  /// Shows a product; the reward is 1 for a click.
  public func step(
    _ state: inout Visitor, action: Span<Int32>, stream: inout RandomStream
  ) -> ScalarStep {
    let isClicked = show(Int(action[0]), to: &state, stream: &stream)
    return ScalarStep(reward: isClicked ? 1 : 0, terminated: state.hasLeft)
  }
}
