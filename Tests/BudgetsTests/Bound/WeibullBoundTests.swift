import Budgets
import Foundation
import LinearAlgebra
import Testing

@Suite struct WeibullBoundTests {
  /// Every sequence of spends of one channel, stopped in any tick with any last spend, is worth no more than the bound.
  ///
  /// The bound pools all stock of the episode, so it need not be tight: at a tenth of what the highest spends would cost it is
  /// up to 1.8 times the best, elsewhere up to 1.6 times.
  @Test(arguments: [(0.7, 1.5, 2), (2.0, 2.0, 3), (3.0, 3.0, 4)], [0.7, 1.0, 2.0])
  func staysAboveBruteForce(adstock: (shape: Double, scale: Double, length: Int), slope: Double) {
    let channel = ResponseChannel(
      spends: [0, 1, 2.5, 4],
      adstock: .weibull(shape: adstock.shape, scale: adstock.scale, length: adstock.length),
      saturation: Hill(maximum: 10, halfSaturation: 3, slope: slope))
    for share in [0.1, 0.3, 0.6, 0.95] {
      let market = Market(
        name: "tiny", ticks: 4, season: [0.7, 1.4, 0.9, 1], budget: 16 * share,
        channels: [MediaChannel(name: "a", kind: .response(channel))])
      let bound = MarketBound(market: market).bound(path: MarketPath(ticks: 4, channelCount: 1))
      let best = bestOutcome(market, channel)
      #expect(bound.value >= best, "\(share)")
      #expect(bound.value <= best * (share < 0.2 ? 1.8 : 1.6), "\(share): \(bound.value / best)")
    }
  }

  private func bestOutcome(_ market: Market, _ channel: ResponseChannel) -> Double {
    let oracle = ScalarMarket(market: market, seed: 0)
    var best = 0.0
    func extend(_ spends: [Double], _ left: Double, _ earned: Double) {
      let tick = spends.count
      guard tick < market.ticks else { return best = max(best, earned) }
      for spend in Set(channel.spends.map { min($0, left) }) {
        let history = spends + [spend]
        let stock = oracle.carryOver(market.channels[0], history: history)
        let curve = channel.saturation
        let saturation = stock > 0 ? 1 / (1 + pow(curve.halfSaturation / stock, curve.slope)) : 0
        extend(history, left - spend, earned + market.season[tick] * curve.maximum * saturation)
      }
    }
    extend([], market.budget, 0)
    return best
  }
}
