import LinearAlgebra
import Optimization

extension LoggedDays {
  /// By day, what nobody exceeds who chooses a level for each tick and channel, even knowing the day beforehand.
  package func hindsightBounds(in market: Market) -> [Double] {
    concurrentMap(count: days.count) { days[$0].hindsightBound(market) }
  }
}

extension LoggedDays.Day {
  /// A purse of B is worth at most λB + Σ max (worth − λ cost) for any price of money λ ≥ 0, over the levels of each tick and
  /// channel: what a level wins in a tick is a beginning of what it would win with money enough, since the purse only falls.
  /// The least over λ is taken. A target's penalty and the cap of a tick only lower what is earned.
  ///
  /// Complexity: auctions · levels for each of some twenty-five prices of money.
  fileprivate func hindsightBound(_ market: Market) -> Double {
    let budget = market.budget
    let values = market.channels.map { $0.objectiveValue(market.objective) }
    let cells = ticks.flatMap { auctions in
      market.channels.indices.map { channel in auctions.filter { $0.channel == Int32(channel) } }
    }
    let bids = market.channels.map { channel in channel.levels.indices.map { channel.money(level: $0) } }
    let surcharge = market.objective == .profit ? 1.0 : 0
    let channels = market.channels.count
    func dual(_ multiplier: Double) -> Double {
      let price = multiplier + surcharge
      return cells.indices.reduce(multiplier * budget) { sum, place in
        let channel = place % channels
        let paysBid = market.channels[channel].paysBid
        let best = bids[channel].reduce(0.0) { best, bid in
          var (net, highest) = (0.0, 0.0)
          for auction in cells[place] where bid.exceeds(auction.price) {
            net += values[channel] * auction.worth - price * (paysBid ? bid : auction.price)
            if net > highest { highest = net }
          }
          return max(best, highest)
        }
        return sum + best
      }
    }
    // Above this price of money nothing is bought; where money is no limit, none is the best.
    let dearest = cells.indices.reduce(1e-30) { dearest, place in
      cells[place].reduce(dearest) {
        max($0, values[place % channels] * $1.worth / max($1.price, 1e-9 * budget))
      }
    }
    let best = minimizeConvex(from: dearest * 1e-7, through: dearest, coarse: dual, fine: dual)
    return min(best.value, dual(0))
  }
}
