import LinearAlgebra
import Optimization

/// A network taken apart into its resources: every product's fare is split among the resources it uses, period by period,
/// and each resource sells alone (Topaloglu, "Using Lagrangian Relaxation to Compute Capacity-Dependent Bid Prices in
/// Network Revenue Management", Operations Research 57, 2009).
///
/// For every split the resources' values add up to an upper bound on what any policy earns. The bound is convex in the
/// split; its slope by a share is the chance of a request times how often the resource alone would accept it. So the
/// split moves from resources that accept a product more often to those that accept it less. The values' differences
/// make a bid-price policy that knows the period and the stock.
public final class LagrangianRelaxation: @unchecked Sendable {
  /// The problem that was taken apart.
  public let problem: NetworkProblem
  /// The upper bound on every policy's expected revenue.
  public private(set) var bound = Double.infinity
  /// Each product's first share; its shares follow one another in the order of its resources.
  let firstShare: [Int]
  let shareCount: Int
  let resources: [ResourceValues]
  /// Periods × shares.
  private(set) var fareShares: [Double]
  private var accepted: [Double]

  /// Splits fares in proportion to the prices of the deterministic programme and prepares the rest.
  public init(_ problem: NetworkProblem) throws(LinearProgrammeError) {
    self.problem = problem
    var firstShare: [Int] = []
    var sharesOf = [[Int]](repeating: [], count: problem.resources.count)
    var productsOf = sharesOf
    var count = 0
    for (number, product) in problem.products.enumerated() {
      firstShare.append(count)
      for resource in product.resources {
        sharesOf[resource].append(count)
        productsOf[resource].append(number)
        count += 1
      }
    }
    self.firstShare = firstShare
    shareCount = count
    resources = problem.resources.indices.map {
      ResourceValues(
        capacity: problem.resources[$0].capacity, periods: problem.periods, shares: sharesOf[$0],
        products: productsOf[$0])
    }
    let prices = try problem.deterministicProgramme().prices
    let row = problem.products.flatMap { product in
      let used = product.resources.map { prices[$0] + 1e-3 * product.fare }
      return used.map { product.fare * $0 / used.reduce(0, +) }
    }
    fareShares = (0..<problem.periods).flatMap { _ in row }
    accepted = [Double](repeating: 0, count: problem.periods * count)
  }

  /// Lowers the bound and keeps the best split met.
  ///
  /// Each iteration moves a share by `step` · fare · (its acceptance − the mean of the product's shares), the step
  /// falling as 1 / (1 + 10 · iteration / iterations). O(iterations · periods · (units + shares · log units)).
  public func minimize(iterations: Int = 400, step: Double = 0.5) {
    var best = fareShares
    bound = evaluate()
    for iteration in 0..<iterations {
      let length = step / (1 + 10 * Double(iteration) / Double(iterations))
      move(length)
      let value = evaluate()
      if value < bound {
        bound = value
        best = fareShares
      }
    }
    fareShares = best
    bound = evaluate()
  }

  /// What a unit of each resource is worth on average at the beginning of each period: (periods + 1) × resources.
  func meanMarginals() -> [Double] {
    let count = resources.count
    var means = [Double](repeating: 0, count: (problem.periods + 1) * count)
    var column = [Double](repeating: 0, count: problem.periods + 1)
    for (number, resource) in resources.enumerated() {
      accepted.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        resource.accept(
          into: base, shareCount: shareCount, requestChances: problem.requestChances,
          productCount: problem.products.count, meanMarginals: &column)
      }
      for period in 0...problem.periods { means[period * count + number] = column[period] }
    }
    return means
  }

  /// Solves all resources for the present split, and counts what each would accept.
  private func evaluate() -> Double {
    let products = problem.products.count
    for resource in resources {
      resource.solve(
        fareShares: fareShares, shareCount: shareCount, requestChances: problem.requestChances,
        productCount: products)
      accepted.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        resource.accept(
          into: base, shareCount: shareCount, requestChances: problem.requestChances, productCount: products)
      }
    }
    return resources.reduce(0) { $0 + $1.value }
  }

  private func move(_ length: Double) {
    fareShares.withUnsafeMutableBufferPointer { shares in
      accepted.withUnsafeBufferPointer { accepted in
        for (number, product) in problem.products.enumerated() where product.resources.count > 1 {
          let uses = product.resources.count
          for period in 0..<problem.periods {
            let first = period * shareCount + firstShare[number]
            var mean = 0.0
            for use in 0..<uses { mean += accepted[first + use] }
            mean /= Double(uses)
            var left = product.fare
            for use in 0..<uses - 1 {
              shares[first + use] -= length * product.fare * (accepted[first + use] - mean)
              left -= shares[first + use]
            }
            shares[first + uses - 1] = left
          }
        }
      }
    }
  }
}
