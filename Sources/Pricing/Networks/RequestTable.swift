import LinearAlgebra

/// Which product is asked for in a period, by inversion of a uniform number.
final class RequestTable: Sendable {
  private let products: Int
  /// Periods × products: the chances added up.
  private let sums: Buffer<Float>

  init(_ problem: NetworkProblem) {
    products = problem.products.count
    sums = Buffer(repeating: 0, count: problem.periods * products)
    for period in 0..<problem.periods {
      var sum = 0.0
      for product in 0..<products {
        sum += problem.requestChances[period * products + product]
        sums[period * products + product] = Float(sum)
      }
      // Rounding leaves no gap at the end where the chances add up to 1.
      if sum > 1 - 1e-6 { sums[(period + 1) * products - 1] = 1 }
    }
  }

  /// The product asked for, or −1 for none. O(log products).
  @inline(__always) func product(period: Int, uniform: Float) -> Int {
    let row = sums.pointer + period * products
    var (low, high) = (0, products)
    while low < high {
      let middle = (low + high) / 2
      if row[middle] > uniform { high = middle } else { low = middle + 1 }
    }
    return low < products ? low : -1
  }
}
