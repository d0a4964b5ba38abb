/// Selling products that use units of shared resources: seats of flights by itineraries, nights of a hotel by stays.
///
/// At most one request arrives in a period, for one product at its fare; a seller takes it or turns it down (Talluri and
/// van Ryzin, "The Theory and Practice of Revenue Management", 2004, chapter 3).
public struct NetworkProblem: Sendable, Equatable {
  /// Something of which there are only so many units.
  public struct Resource: Sendable, Equatable {
    /// What people call it.
    public var name: String
    /// The units at the beginning.
    public var capacity: Int

    /// Creates a resource.
    public init(name: String, capacity: Int) {
      self.name = name
      self.capacity = capacity
    }
  }

  /// Something that uses a unit of each of some resources.
  public struct Product: Sendable, Equatable {
    /// What people call it.
    public var name: String
    /// What a sale earns.
    public var fare: Double
    /// The numbers of the resources a sale takes a unit of.
    public var resources: [Int]

    /// Creates a product.
    public init(name: String, fare: Double, resources: [Int]) {
      self.name = name
      self.fare = fare
      self.resources = resources
    }
  }

  /// What is used up.
  public let resources: [Resource]
  /// What is sold.
  public let products: [Product]
  /// The number of periods.
  public let periods: Int
  /// Periods × products: the chance that a request for a product arrives in a period.
  public let requestChances: [Double]

  /// Creates a problem.
  ///
  /// - Throws: `NetworkProblemError` for what no seller could play.
  public init(resources: [Resource], products: [Product], periods: Int, requestChances: [Double])
    throws(NetworkProblemError)
  {
    guard periods > 0, !resources.isEmpty, !products.isEmpty else { throw .empty }
    for resource in resources where !(0...100_000).contains(resource.capacity) {
      throw .capacity(resource: resource.name, resource.capacity)
    }
    for product in products {
      guard product.fare > 0, product.fare.isFinite else { throw .fare(product: product.name, product.fare) }
      guard !product.resources.isEmpty, product.resources.allSatisfy(resources.indices.contains),
        Set(product.resources).count == product.resources.count
      else { throw .resources(product: product.name) }
    }
    guard requestChances.count == periods * products.count else {
      throw .chanceCount(requestChances.count, needed: periods * products.count)
    }
    for period in 0..<periods {
      let chances = requestChances[period * products.count..<(period + 1) * products.count]
      guard chances.allSatisfy({ $0 >= 0 && $0 <= 1 }), chances.reduce(0, +) <= 1 + 1e-6 else {
        throw .chances(period: period)
      }
    }
    self.resources = resources
    self.products = products
    self.periods = periods
    self.requestChances = requestChances
  }

  /// The expected number of requests for each product from a period to the end.
  public func expectedRequests(from period: Int = 0) -> [Double] {
    precondition((0...periods).contains(period), "A season has periods 0 to \(periods), not \(period).")
    var expected = [Double](repeating: 0, count: products.count)
    for period in period..<periods {
      for product in products.indices {
        expected[product] += requestChances[period * products.count + product]
      }
    }
    return expected
  }

  /// The largest number of resources that a product uses.
  public var largestProduct: Int { products.map(\.resources.count).max() ?? 0 }
}

/// What makes a network no problem to play.
public enum NetworkProblemError: Error, Equatable, CustomStringConvertible {
  /// There is no period, resource or product.
  case empty
  /// A resource has a negative or absurd capacity.
  case capacity(resource: String, Int)
  /// A product has no positive fare.
  case fare(product: String, Double)
  /// A product uses no resource, an unknown one, or one twice.
  case resources(product: String)
  /// There are not as many chances as periods × products.
  case chanceCount(Int, needed: Int)
  /// A period's chances are not within 0 and 1, or add up to more than 1.
  case chances(period: Int)

  /// One sentence that names the fault.
  public var description: String {
    switch self {
    case .empty: "A network needs at least one period, one resource and one product."
    case .capacity(let resource, let capacity):
      "Resource '\(resource)' has a capacity of \(capacity): it must be within 0 and 100000."
    case .fare(let product, let fare): "Product '\(product)' has a fare of \(fare): it must be positive."
    case .resources(let product):
      "Product '\(product)' must use at least one resource that exists, and none of them twice."
    case .chanceCount(let count, let needed):
      "There are \(count) chances of requests where periods × products are \(needed)."
    case .chances(let period):
      "The chances of requests in period \(period) must be at least 0 and add up to 1 at most."
    }
  }
}
