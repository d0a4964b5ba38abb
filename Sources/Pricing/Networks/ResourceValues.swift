import LinearAlgebra

/// What the units of one resource are worth over a season when it is sold alone, each product paying the resource a share
/// of its fare: the dynamic programme
///
///     V_t(x) = V_{t+1}(x) + Σ_j p_tj · max(0, share_tj − (V_{t+1}(x) − V_{t+1}(x − 1)))
///
/// V is concave in x, so each product has a least stock at which it is accepted, and a period costs
/// O(capacity + products · log capacity).
final class ResourceValues: Sendable {
  let capacity: Int
  let periods: Int
  /// The numbers of the shares that pay this resource, and of their products.
  let shares: [Int]
  let products: [Int]
  /// (Periods + 1) × (capacity + 1).
  let values: Buffer<Double>
  /// Periods × shares: the least stock at which a product is accepted; capacity + 1 where it never is.
  private let thresholds: Buffer<Int32>
  /// Rooms of capacity + 2 elements.
  private let gains: Buffer<Double>
  private let chances: Buffer<Double>
  private let stock: Buffer<Double>

  init(capacity: Int, periods: Int, shares: [Int], products: [Int]) {
    self.capacity = capacity
    self.periods = periods
    self.shares = shares
    self.products = products
    values = Buffer(repeating: 0, count: (periods + 1) * (capacity + 1))
    thresholds = Buffer(repeating: 0, count: periods * shares.count)
    gains = Buffer(repeating: 0, count: capacity + 2)
    chances = Buffer(repeating: 0, count: capacity + 2)
    stock = Buffer(repeating: 0, count: capacity + 2)
  }

  /// The value of the whole season.
  var value: Double { values[capacity] }

  /// What the x-th unit is worth at the beginning of a period.
  @inline(__always) func marginal(period: Int, units: Int) -> Double {
    let row = values.pointer + period * (capacity + 1)
    return row[units] - row[units - 1]
  }

  /// Solves the dynamic programme.
  ///
  /// - Parameters:
  ///   - fareShares: periods × shares of all resources.
  ///   - shareCount: the length of a row of it.
  ///   - requestChances: periods × products.
  ///   - productCount: the length of a row of it.
  func solve(
    fareShares: UnsafePointer<Double>, shareCount: Int, requestChances: UnsafePointer<Double>,
    productCount: Int
  ) {
    let (gains, chances, thresholds) = (gains.pointer, chances.pointer, thresholds.pointer)
    for period in stride(from: periods - 1, through: 0, by: -1) {
      let next = values.pointer + (period + 1) * (capacity + 1)
      let row = values.pointer + period * (capacity + 1)
      gains.update(repeating: 0, count: capacity + 2)
      chances.update(repeating: 0, count: capacity + 2)
      for index in shares.indices {
        let share = fareShares[period * shareCount + shares[index]]
        let chance = requestChances[period * productCount + products[index]]
        var (low, high) = (1, capacity + 1)
        while low < high {
          let middle = (low + high) / 2
          if next[middle] - next[middle - 1] < share { high = middle } else { low = middle + 1 }
        }
        thresholds[period * shares.count + index] = Int32(truncatingIfNeeded: low)
        gains[low] += chance * share
        chances[low] += chance
      }
      row[0] = 0
      var (gain, chance) = (0.0, 0.0)
      for units in stride(from: 1, through: capacity, by: 1) {
        gain += gains[units]
        chance += chances[units]
        row[units] = next[units] + gain - chance * (next[units] - next[units - 1])
      }
    }
  }

  /// How often each product's request would be accepted, after `solve`.
  ///
  /// - Parameters:
  ///   - accepted: periods × shares of all resources; this resource's are written.
  ///   - meanMarginals: periods + 1: the mean of what the next unit is worth at the beginning of a period, weighted by how
  ///     likely each stock is.
  func accept(
    into accepted: UnsafeMutablePointer<Double>, shareCount: Int, requestChances: UnsafePointer<Double>,
    productCount: Int, meanMarginals: UnsafeMutablePointer<Double>? = nil
  ) {
    let (stock, gains) = (stock.pointer, gains.pointer)
    let (chances, thresholds) = (chances.pointer, thresholds.pointer)
    stock.update(repeating: 0, count: capacity + 2)
    stock[capacity] = 1
    // `gains` holds P(stock ≥ x).
    for period in 0..<periods {
      gains[capacity + 1] = 0
      for units in stride(from: capacity, through: 0, by: -1) {
        gains[units] = gains[units + 1] + stock[units]
      }
      if let meanMarginals { meanMarginals[period] = meanMarginal(period) }
      chances.update(repeating: 0, count: capacity + 2)
      for index in shares.indices {
        let threshold = Int(thresholds[period * shares.count + index])
        accepted[period * shareCount + shares[index]] = gains[threshold]
        chances[threshold] += requestChances[period * productCount + products[index]]
      }
      var chance = 0.0
      for units in stride(from: 1, through: capacity, by: 1) {
        chance += chances[units]
        let moved = stock[units] * chance
        stock[units] -= moved
        stock[units - 1] += moved
      }
    }
    if let meanMarginals { meanMarginals[periods] = 0 }
  }

  private func meanMarginal(_ period: Int) -> Double {
    var (sum, weight) = (0.0, 1e-12)
    for units in stride(from: 1, through: capacity, by: 1) {
      sum += stock[units] * marginal(period: period, units: units)
      weight += stock[units]
    }
    return sum / weight
  }
}
