import Budgets

/// A market of two auctions and a response channel, for tests of campaigns.
///
/// - Parameters:
///   - ticks: how many ticks it has.
///   - adstock: what remains of the response channel's spend.
package func campaignMarket(ticks: Int = 6, adstock: Adstock = .geometric(retention: 0.5)) -> Market {
  Market(
    name: "three", ticks: ticks, budget: 12,
    drift: Drift(persistence: 0.9, price: 0.2, volume: 0.2, response: 0.2),
    randomization: Randomization(price: 0.3, volume: 0.3, response: 0.3, conversion: 0.3),
    channels: ["search", "social"].map { name in
      MediaChannel(
        name: name,
        kind: .auction(
          AuctionChannel(
            volume: 400, prices: (0...300).map { Double(300 - $0) }, priceUnit: 1e-4, clickRate: 0.05,
            conversionRate: 0.2, bids: [0, 20, 60, 120, 240])))
    } + [
      MediaChannel(
        name: "radio",
        kind: .response(
          ResponseChannel(
            spends: [0, 0.2, 0.5, 1], adstock: adstock, saturation: Hill(maximum: 5, halfSaturation: 0.6),
            noise: 0.1)))
    ])
}
