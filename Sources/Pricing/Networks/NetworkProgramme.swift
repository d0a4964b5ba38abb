import LinearAlgebra
import Optimization

/// The linear programme of a network: which requests a seller would take that knew how many of each product arrive.
package struct NetworkProgramme: ~Copyable {
  private let problem: NetworkProblem
  private var programme: LinearProgramme

  /// Prepares the programme of a problem.
  package init(_ problem: NetworkProblem) {
    self.problem = problem
    var terms = [[(variable: Int, coefficient: Double)]](repeating: [], count: problem.resources.count)
    for (number, product) in problem.products.enumerated() {
      for resource in product.resources { terms[resource].append((number, 1)) }
    }
    programme = LinearProgramme(
      objective: problem.products.map(\.fare), upperBounds: problem.expectedRequests(),
      rows: zip(terms, problem.resources).map { LinearProgramme.Row($0, upTo: Double($1.capacity)) })
  }

  /// The most that can be earned of given numbers of requests and units, and what one more unit of each resource would
  /// add to it.
  ///
  /// - Parameters:
  ///   - requests: one number per product.
  ///   - units: one per resource; nil for the capacities.
  package mutating func maximum(requests: [Double], units: [Double]? = nil) throws(LinearProgrammeError)
    -> (revenue: Double, prices: [Double])
  {
    programme.setUpperBounds(requests)
    programme.setLimits(units ?? problem.resources.map { Double($0.capacity) })
    let revenue = try programme.maximize()
    return (revenue, programme.prices)
  }
}

extension NetworkProblem {
  /// The deterministic linear programme (DLP): with all requests at their means. Its value bounds the expected revenue of
  /// every policy (Jensen), and its prices make a bid-price policy.
  public func deterministicProgramme() throws(LinearProgrammeError) -> (bound: Double, prices: [Double]) {
    var programme = NetworkProgramme(self)
    let optimum = try programme.maximum(requests: expectedRequests())
    return (optimum.revenue, optimum.prices)
  }

  /// The randomized linear programme (RLP; Talluri and van Ryzin, 1999): the mean over drawn seasons of what a clairvoyant
  /// earns, which bounds every policy's expected revenue more closely, and the mean prices.
  ///
  /// - Parameters:
  ///   - seasons: how many are drawn, at least 2.
  ///   - seed: decides them.
  /// - Returns: the mean, the half width of its 95 % interval, and the mean of each resource's price.
  public func randomizedProgramme(seasons: Int = 1000, seed: UInt64 = 1) throws(LinearProgrammeError)
    -> (bound: Double, halfWidth: Double, prices: [Double])
  {
    precondition(seasons >= 2, "A mean and its interval need at least 2 seasons, not \(seasons).")
    var programme = NetworkProgramme(self)
    let arrivals = RequestTable(self)
    var (mean, squares) = (0.0, 0.0)
    var prices = [Double](repeating: 0, count: resources.count)
    for season in 0..<seasons {
      var requests = [Double](repeating: 0, count: products.count)
      var stream = RandomStream(seed: seed, purpose: .bootstrap, lane: season)
      for period in 0..<periods {
        let product = arrivals.product(period: period, uniform: stream.uniform())
        if product >= 0 { requests[product] += 1 }
      }
      let optimum = try programme.maximum(requests: requests)
      let difference = optimum.revenue - mean
      mean += difference / Double(season + 1)
      squares += difference * (optimum.revenue - mean)
      for resource in prices.indices { prices[resource] += optimum.prices[resource] / Double(seasons) }
    }
    let deviation = (squares / Double(seasons - 1) / Double(seasons)).squareRoot()
    return (mean, 1.96 * deviation, prices)
  }
}
