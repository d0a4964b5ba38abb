import Optimization

/// One product sold at one of a few prices a period, at most one unit a period.
///
///     let ladder = PriceLadder(prices: [29.9, 34.9, 39.9, 44.9], saleChances: [0.8, 0.6, 0.3, 0.1])
///     try ladder.mix(stockPerPeriod: 0.25).revenue              // 10.1 a period, no policy earns more
///     ladder.optimum(stock: 25, periods: 100).value             // 1001.54, the exact optimum
public struct PriceLadder: Sendable, Equatable {
  /// The prices that may be asked.
  public let prices: [Double]
  /// The chance of a sale in a period at each price.
  public let saleChances: [Double]

  /// Creates a ladder.
  public init(prices: [Double], saleChances: [Double]) {
    precondition(
      !prices.isEmpty && prices.count == saleChances.count, "A ladder needs a chance of a sale per price.")
    precondition(prices.allSatisfy { $0 > 0 && $0.isFinite }, "Prices must be positive: \(prices).")
    precondition(
      saleChances.allSatisfy { (0...1).contains($0) }, "Chances must be within 0 and 1: \(saleChances).")
    self.prices = prices
    self.saleChances = saleChances
  }

  /// The mix of prices that earns most were demand its mean: how much of the time each is asked, the shop being closed
  /// for the rest (the linear programme of Ferreira, Simchi-Levi and Wang, "Online Network Revenue Management Using
  /// Thompson Sampling", Operations Research 66, 2018).
  ///
  /// - Parameter stockPerPeriod: units in stock divided by periods.
  /// - Returns: each price's share of the time, and the revenue per period, which bounds every policy's.
  public func mix(stockPerPeriod: Double) throws(LinearProgrammeError) -> (shares: [Double], revenue: Double)
  {
    var programme = LinearProgramme(
      objective: zip(prices, saleChances).map(*),
      rows: [
        LinearProgramme.Row(saleChances.enumerated().map { ($0, $1) }, upTo: stockPerPeriod),
        LinearProgramme.Row(prices.indices.map { ($0, 1) }, upTo: 1),
      ])
    let revenue = try programme.maximize()
    return (programme.variables, revenue)
  }

  /// The optimal policy by backward induction. O(periods · stock · prices).
  public func optimum(stock: Int, periods: Int) -> LadderOptimum {
    precondition(stock >= 0 && periods > 0, "An optimum needs a stock of at least 0 and at least one period.")
    var value = [Double](repeating: 0, count: stock + 1)
    var choices = [UInt8](repeating: 0, count: periods * (stock + 1))
    for period in stride(from: periods - 1, through: 0, by: -1) {
      // From the fullest stock down, so that the next lower one still has the later period's value.
      for units in stride(from: stock, to: 0, by: -1) {
        let worth = value[units] - value[units - 1]
        var best = 0
        for choice in prices.indices
        where saleChances[choice] * (prices[choice] - worth) > saleChances[best] * (prices[best] - worth) {
          best = choice
        }
        choices[period * (stock + 1) + units] = UInt8(clamping: best)
        value[units] += max(0, saleChances[best] * (prices[best] - worth))
      }
    }
    return LadderOptimum(value: value[stock], stock: stock, choices: choices)
  }
}

/// The optimal policy of a price ladder.
public struct LadderOptimum: Sendable, Equatable {
  /// The expected revenue of the whole season.
  public let value: Double
  let stock: Int
  /// Periods × (stock + 1).
  let choices: [UInt8]

  /// The price to ask in a period (counted from 0) with at least one unit left, as a number on the ladder.
  public func choice(period: Int, units: Int) -> Int {
    precondition((1...stock).contains(units), "Only 1 to \(stock) units have a price, not \(units).")
    return Int(choices[period * (stock + 1) + units])
  }
}
