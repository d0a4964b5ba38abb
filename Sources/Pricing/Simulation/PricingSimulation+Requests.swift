/// What the relaxation of a network of requests says of a season's stock.
extension PricingSimulation {
  /// Values the stock, and opens what is worth its units.
  func foreseeRequests(_ state: inout PricingState, _ prices: CapacityPrices) {
    let period = state.period
    for resource in state.units.indices { state.counts[resource] = Int32(state.units[resource]) }
    let counts = state.counts
    counts.withUnsafeBufferPointer { units in
      guard let base = units.baseAddress else { return }
      state.stockValue = 0
      for resource in units.indices {
        state.stockValue += Double(prices.worth(resource, period: period, units: Int(units[resource])))
        state.plan.bids[resource] = Double(
          min(prices.price(resource, period: period + 1, units: Int(units[resource])), 1e6))
      }
      for product in 0..<prices.productCount {
        let gain = gain(of: product, period: period, units: base, prices)
        state.expected[table.first[product]] = gain
        state.plan.choices[product] = gain >= 0 ? 0 : 1
      }
    }
  }

  /// By how much a product's fare exceeds what the relaxation says its units are worth, in the units of its resources; far
  /// below 0 where there are none.
  func netFare(_ state: PricingState, _ product: Int) -> Double {
    guard let prices, state.period < problem.periods else { return 0 }
    return state.counts.withUnsafeBufferPointer { units in
      guard let base = units.baseAddress, prices.isInStock(product, units: base) else { return -1e3 }
      let cost = prices.cost(product, period: state.period, units: base)
      return Double((prices.fares[product] - cost) / prices.scale(product))
    }
  }

  /// What opening a product for a period adds by the relaxation: a request's chance times fare less bid prices.
  private func gain(
    of product: Int, period: Int, units: UnsafePointer<Int32>, _ prices: CapacityPrices
  ) -> Double {
    guard prices.isInStock(product, units: units) else { return 0 }
    let chance = prices.problem.requestChances[period * prices.productCount + product]
    return chance * Double(prices.fares[product] - prices.cost(product, period: period, units: units))
  }
}
