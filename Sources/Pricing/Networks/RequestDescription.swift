import LinearAlgebra

/// What a network sees of a request: for each resource that the product uses, how scarce it is now, and how much of the
/// demand to come would pay for it given what the other resources cost now. All columns are free of units, so that one
/// network serves seasons and fleets of any size.
struct RequestDescription {
  static let columnsPerResource = 13
  static let sharedColumns = 4
  /// Multiples of a resource's price; how many requests to come exceed each is described.
  private static let multiples = SIMD8<Float>(0.4, 0.6, 0.8, 1, 1.2, 1.5, 2, 3)

  let prices: CapacityPrices
  var columns: Int { Self.sharedColumns + prices.largestProduct * Self.columnsPerResource }

  /// Writes the columns of a product that is in stock.
  @inline(__always) func write(
    _ product: Int, period: Int, units: UnsafePointer<Int32>, into row: UnsafeMutablePointer<Float>
  ) {
    let periods = prices.problem.periods
    let left = Float(periods - period - 1)
    row[0] = left / Float(periods)
    row[1] = ScalarKernels.log(left + 1) / 6
    row[2] = prices.cost(product, period: period, units: units) / prices.scale(product)
    let used = prices.uses.pointer + product * prices.largestProduct
    var count = 0
    for place in 0..<prices.largestProduct {
      let block = row + Self.sharedColumns + place * Self.columnsPerResource
      if used[place] >= 0 {
        describe(Int(used[place]), after: period + 1, units: units, into: block)
        count += 1
      } else {
        block.update(repeating: 0, count: Self.columnsPerResource)
      }
    }
    row[3] = Float(count) - 1
  }

  @inline(__always) private func describe(
    _ resource: Int, after period: Int, units: UnsafePointer<Int32>, into block: UnsafeMutablePointer<Float>
  ) {
    let stock = Int(units[resource])
    let scale = prices.scales[resource]
    let price = prices.price(resource, period: period, units: stock)
    let scarcer = prices.price(resource, period: period, units: max(stock - 1, 1))
    let ampler = prices.price(
      resource, period: period, units: min(stock + 2, Int(prices.capacities[resource])))
    let unit = 1 / (price + 0.02 * scale)
    let remaining = prices.remaining.view.row(period)
    let means = prices.means.view.row(period)
    var exceeding = SIMD8<Float>.zero
    var (demand, partnerDemand, partnerScarcity): (Float, Float, Float) = (0, 1e-3, 0)
    for index in prices.firstUser[resource]..<prices.firstUser[resource + 1] {
      let product = Int(prices.users[index])
      let weight = remaining[product]
      var net = prices.fares[product]
      let used = prices.uses.pointer + product * prices.largestProduct
      for place in 0..<prices.largestProduct {
        let other = Int(used[place])
        if other < 0 || other == resource { continue }
        let otherPrice = prices.price(other, period: period, units: Int(units[other]))
        net -= otherPrice
        partnerDemand += weight
        partnerScarcity +=
          weight * min(max((otherPrice - means[other]) / prices.scales[other], -2), 2)
      }
      demand += weight
      let excess = (SIMD8(repeating: net * unit) - Self.multiples) * 4 + 0.5
      exceeding += excess.clamped(lowerBound: .zero, upperBound: .one) * weight
    }
    block[0] = price / scale
    block[1] = (scarcer - price) / scale
    block[2] = (price - ampler) / scale
    block[3] = min(max((price - means[resource]) / scale, -3), 3)
    block[4] = partnerScarcity / partnerDemand
    let stocked = Float(stock)
    for index in 0..<8 {
      let excess = (exceeding[index] - stocked) / (exceeding[index] + 1).squareRoot()
      block[5 + index] = min(max(excess / 3, -2), 2)
    }
    // The multiples' lowest column gives way to the load: what is left beside all demand to come.
    block[5] = min(max(0.5 * ScalarKernels.log((stocked + 1) / (demand + 1)), -2), 2)
  }
}
