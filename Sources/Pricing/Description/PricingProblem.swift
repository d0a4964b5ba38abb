import Documents

/// Something to sell over a season: what there is of it, at which prices it may be offered, and how buyers respond.
public struct PricingProblem: Sendable, Equatable {
  /// A product and the prices it may have.
  public struct Product: Sendable, Equatable {
    /// What people call it.
    public var name: String
    /// The prices it may have, rising.
    public var prices: [Double]
    /// What a unit costs when it is sold.
    public var cost: Double
    /// The numbers of the resources that a sale takes a unit of; none where there is always enough.
    public var uses: [Int]

    /// Creates a product.
    public init(name: String, prices: [Double], cost: Double = 0, uses: [Int] = []) {
      self.name = name
      self.prices = prices
      self.cost = cost
      self.uses = uses
    }
  }

  /// How far the demand of a season may be from the description: parameters are drawn anew for every season and stay
  /// hidden.
  public struct Uncertainty: Sendable, Equatable {
    /// The standard deviation of the logarithm of how many buy.
    public var scale: Double
    /// The standard deviation of the logarithm of how much a price matters.
    public var slope: Double

    /// Creates an uncertainty; none by default.
    public init(scale: Double = 0, slope: Double = 0) {
      self.scale = scale
      self.slope = slope
    }
  }

  /// Buyers compare a price with those they remember: r ← memory · r + (1 − memory) · price, and demand is multiplied by
  /// exp(effect · (r − price)) (Popescu and Wu, "Dynamic Pricing Strategies with Reference Effects", Operations Research
  /// 55, 2007).
  public struct ReferencePrice: Sendable, Equatable {
    /// What is kept of the reference price from one period to the next, within 0 and 1.
    public var memory: Double
    /// By what a unit of money below the reference price multiplies demand, as a logarithm.
    public var effect: Double

    /// Creates a reference effect.
    public init(memory: Double, effect: Double) {
      self.memory = memory
      self.effect = effect
    }
  }

  /// Every unit sold may come back.
  public struct Cancellations: Sendable, Equatable {
    /// The chance that a buyer who still holds a unit cancels in a period.
    public var chance: Double
    /// What part of the price the buyer gets back.
    public var refund: Double

    /// Creates cancellations.
    public init(chance: Double, refund: Double) {
      self.chance = chance
      self.refund = refund
    }
  }

  /// The name.
  public var name: String
  /// One line about it.
  public var summary: String
  /// The currency of prices.
  public var currency: String
  /// The number of periods of a season.
  public var periods: Int
  /// The traffic of each period, as a multiple of what `demand` says.
  public var traffic: [Double]
  /// What is used up.
  public var resources: [NetworkProblem.Resource]
  /// What is sold.
  public var products: [Product]
  /// How buyers respond.
  public var demand: Demand
  /// What of it is hidden.
  public var uncertainty: Uncertainty
  /// What buyers remember; nil for nothing.
  public var reference: ReferencePrice?
  /// What comes back; nil for nothing.
  public var cancellations: Cancellations?
  /// Whether a product may be taken off sale for a period.
  public var mayClose: Bool
  /// The text that requests were read from; nil of all else.
  var instance: String?

  package init(
    name: String, summary: String, currency: String, periods: Int, traffic: [Double],
    resources: [NetworkProblem.Resource], products: [Product], demand: Demand, uncertainty: Uncertainty,
    reference: ReferencePrice? = nil, cancellations: Cancellations? = nil, mayClose: Bool,
    instance: String? = nil
  ) {
    self.name = name
    self.summary = summary
    self.currency = currency
    self.periods = periods
    self.traffic = traffic
    self.resources = resources
    self.products = products
    self.demand = demand
    self.uncertainty = uncertainty
    self.reference = reference
    self.cancellations = cancellations
    self.mayClose = mayClose
    self.instance = instance
  }

  /// The number of choices for a product: its prices, and being closed as the last.
  package func choiceCount(_ product: Int) -> Int { products[product].prices.count + (mayClose ? 1 : 0) }

  /// A product's price for a choice; infinite where it is closed.
  package func price(_ product: Int, _ choice: Int) -> Double {
    choice < products[product].prices.count ? products[product].prices[choice] : .infinity
  }

  /// Whether it is a network of requests, rather than buyers who respond to prices.
  public var isNetwork: Bool { if case .requests = demand { true } else { false } }

  /// What requests of a network amount to; nil where buyers respond to prices.
  public var network: NetworkProblem? {
    guard case .requests(let chances) = demand else { return nil }
    return try? NetworkProblem(
      resources: resources,
      products: products.map { .init(name: $0.name, fare: $0.prices[0] - $0.cost, resources: $0.uses) },
      periods: periods, requestChances: chances)
  }
}

/// How buyers respond to prices.
public enum Demand: Sendable, Equatable {
  /// Poisson buyers of each product at a rate of scale · exp(−slope · price) a period.
  case exponential(scales: [Double], slopes: [Double])
  /// Poisson buyers of each product at a rate of scale · (price / at)^−elasticity a period.
  case elastic(scales: [Double], elasticities: [Double], at: [Double])
  /// Poisson visitors who take one product or none, by a multinomial logit.
  case logit(visitors: Double, intercepts: [Double], sensitivity: Double)
  /// At most one request a period, for one product at its only price: periods × products chances.
  case requests([Double])
}
