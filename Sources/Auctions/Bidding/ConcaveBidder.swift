import Foundation

/// ORTB (Zhang, Yuan and Wang, KDD 2014, section 3.3): bids √(c θ / λ + c²) − c, optimal where a bid b wins b / (c + b) of
/// the auctions and pays its bid.
package struct ConcaveBidder: Bidder {
  /// The bid that wins half of the auctions.
  package let half: Double
  /// λ: value per unit of money.
  package let multiplier: Double
  /// No bid is higher.
  package let highestBid: Int

  /// Bids by the formula.
  package init(half: Double, multiplier: Double, highestBid: Int = 300) {
    precondition(half > 0 && multiplier > 0, "ORTB needs positive settings.")
    self.half = half
    self.multiplier = multiplier
    self.highestBid = highestBid
  }

  /// Fits c to a landscape by least squares over bids, and λ to a log: the one that had most value there.
  package static func tuned(on log: AuctionLog, landscape: PriceLandscape, _ rules: ReplayRules)
    -> ConcaveBidder
  {
    let rates = landscape.winRates()
    func misfit(_ half: Double) -> Double {
      rates.enumerated().reduce(0) { sum, rate in
        let gap = Double(rate.offset) / (half + Double(rate.offset)) - rate.element
        return sum + gap * gap
      }
    }
    let halves = (1...300).map(Double.init)
    let half = halves.min { misfit($0) < misfit($1) } ?? 1
    let mean = log.totals.value / Double(max(1, log.count)) / log.totals.meanPrice
    let best = multipliers(around: mean)
      .map { ConcaveBidder(half: half, multiplier: $0, highestBid: rules.highestBid) }
      .max { log.replay($0, rules).value < log.replay($1, rules).value }
    return best ?? ConcaveBidder(half: half, multiplier: mean, highestBid: rules.highestBid)
  }

  /// √(c θ / λ + c²) − c, rounded down.
  @inlinable package func bid(value: Double, auctionsLeft: Int, budgetLeft: Int) -> Int {
    let bid = (half * value / multiplier + half * half).squareRoot() - half
    return Int(min(bid, Double(min(budgetLeft, highestBid))))
  }
}

/// A geometric grid of values of money from a thirtieth to thirty times the mean one, 49 of them.
func multipliers(around mean: Double) -> [Double] {
  (-24...24).map { mean * exp2(Double($0) / 24 * 5) }
}
