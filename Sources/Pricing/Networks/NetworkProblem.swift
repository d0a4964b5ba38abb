import Documents

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
  /// - Throws: `InputError` for what no seller could play.
  public init(resources: [Resource], products: [Product], periods: Int, requestChances: [Double])
    throws(InputError)
  {
    guard periods > 0, !resources.isEmpty, !products.isEmpty else {
      throw InputError(
        .invalid, problem: "a network needs a period, a resource and a product", remedy: "give one of each")
    }
    for resource in resources where !(0...100_000).contains(resource.capacity) {
      throw InputError(
        .invalid, key: "resource '\(resource.name)'", problem: "has a capacity of \(resource.capacity)",
        remedy: "give one from 0 to 100000")
    }
    for product in products {
      let key = "product '\(product.name)'"
      guard product.fare > 0, product.fare.isFinite else {
        throw InputError(
          .invalid, key: key, problem: "has a fare of \(product.fare)", remedy: "give a positive one")
      }
      guard !product.resources.isEmpty, product.resources.allSatisfy(resources.indices.contains),
        Set(product.resources).count == product.resources.count
      else {
        throw InputError(
          .invalid, key: key, problem: "uses no resource, an unknown one, or one twice",
          remedy: "name each of the resources it uses once")
      }
    }
    guard requestChances.count == periods * products.count else {
      throw InputError(
        .invalid, problem: "there are \(requestChances.count) chances of requests",
        remedy: "give \(periods * products.count): a chance per period and product")
    }
    for period in 0..<periods {
      let chances = requestChances[period * products.count..<(period + 1) * products.count]
      guard chances.allSatisfy({ $0 >= 0 && $0 <= 1 }), chances.reduce(0, +) <= 1 + 1e-6 else {
        throw InputError(
          .invalid, key: "period \(period)",
          problem: "has chances of requests below 0, or of more than 1 together",
          remedy: "give chances that add up to 1 at most")
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
