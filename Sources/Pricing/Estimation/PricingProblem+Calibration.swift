import Documents
import Foundation

extension PricingProblem {
  /// What sales do not tell and a seller must say.
  public struct Assumptions: Sendable, Equatable {
    /// The number of periods of a season.
    public var periods = 52
    /// The lowest and highest price as multiples of a product's mean price.
    public var priceRange = 0.75...1.6
    /// The number of prices.
    public var priceCount = 10
    /// The cost as a share of a product's mean price.
    public var costShare = 0.7
    /// The share of visitors that buy nothing at mean prices, of a logit.
    public var outsideShare = 0.5
    /// Visitors of a period, of a logit.
    public var visitors = 50.0
    /// What of demand a season hides.
    public var uncertainty = Uncertainty(scale: 0.5, slope: 0.3)

    /// The defaults.
    public init() {}

    func prices(around mean: Double) -> [Double] {
      let step = (priceRange.upperBound - priceRange.lowerBound) / Double(max(priceCount - 1, 1))
      return (0..<priceCount).map { mean * (priceRange.lowerBound + step * Double($0)) }
    }
  }

  /// The market of a conditional logit fitted to choices.
  ///
  /// - Parameters:
  ///   - observations: the choices, for their names and mean prices.
  ///   - fit: what `conditionalLogit` found.
  ///   - base: the alternative whose constant is 0.
  ///   - price: the name of the attribute that is the price; other attributes stand at 0.
  /// - Throws: `InputError` where a higher price is preferred.
  public init(
    name: String, summary: String = "", choices observations: ChoiceObservations, fit: Estimate, base: Int,
    price: String, assumptions: Assumptions = Assumptions()
  ) throws(InputError) {
    guard let attribute = observations.attributes.firstIndex(of: price), let slope = fit[price], slope < 0
    else {
      throw .wrongSign(column: price)
    }
    let means = observations.means(of: attribute)
    let constants = observations.alternatives.enumerated().map { $0 == base ? 0 : fit[$1] ?? 0 }
    // Utility is known up to a constant: buying nothing gets its share at mean prices.
    let attraction = zip(constants, means).reduce(0) { $0 + exp($1.0 + slope * $1.1) }
    let shift = log((1 - assumptions.outsideShare) / assumptions.outsideShare / attraction)
    self.init(
      name: name, summary: summary, currency: "USD", periods: assumptions.periods,
      traffic: Array(repeating: 1, count: assumptions.periods), resources: [],
      products: zip(observations.alternatives, means).map {
        Product(name: $0, prices: assumptions.prices(around: $1), cost: assumptions.costShare * $1)
      },
      demand: .logit(
        visitors: assumptions.visitors, intercepts: constants.map { $0 + shift }, sensitivity: -slope),
      uncertainty: assumptions.uncertainty, reference: nil, cancellations: nil, mayClose: false)
  }

  /// The market of products of constant elasticity, each fitted to its own sales: log sales on log price and whatever else.
  ///
  /// - Parameters:
  ///   - products: per product its name, mean price, mean sales of a period at that price, and elasticity below 0.
  /// - Throws: `InputError` where a higher price sells more.
  public init(
    name: String, summary: String = "",
    products: [(name: String, price: Double, sales: Double, elasticity: Double)],
    assumptions: Assumptions = Assumptions()
  ) throws(InputError) {
    for product in products where !(product.elasticity < 0) { throw .wrongSign(column: product.name) }
    self.init(
      name: name, summary: summary, currency: "USD", periods: assumptions.periods,
      traffic: Array(repeating: 1, count: assumptions.periods), resources: [],
      products: products.map {
        Product(
          name: $0.name, prices: assumptions.prices(around: $0.price), cost: assumptions.costShare * $0.price)
      },
      demand: .elastic(
        scales: products.map(\.sales), elasticities: products.map { -$0.elasticity },
        at: products.map(\.price)),
      uncertainty: assumptions.uncertainty, reference: nil, cancellations: nil, mayClose: false)
  }
}
