import Foundation

/// What an advertiser can know of one channel from its own results: beliefs about the factors, and its own carry-over.
struct ChannelBelief: BitwiseCopyable {
  /// Market prices, auctions per tick, clicks per win (or outcome per stock), conversions per click.
  var price, volume, response, conversion: LogBelief
  /// Impressions per reachable person, or adstock: known, because it follows from the channel's own wins or spend.
  var carryOver: Float = 0
  /// What the planner's geometric adstock keeps of a response channel's money; the carry-over itself but for Weibull's.
  var stock: Float = 0

  init(drift: Drift, randomization: Randomization) {
    price = LogBelief(
      constantDeviation: Float(randomization.price), driftDeviation: Float(drift.price))
    volume = LogBelief(
      constantDeviation: Float(randomization.volume), driftDeviation: Float(drift.volume))
    response = LogBelief(
      constantDeviation: Float(randomization.response), driftDeviation: Float(drift.response))
    conversion = LogBelief(constantDeviation: Float(randomization.conversion), driftDeviation: 0)
  }

  /// How many numbers a belief is, and nothing else: the four factors', then carry-over and stock.
  static let numberCount = MemoryLayout<ChannelBelief>.size / MemoryLayout<Float>.size

  /// What would be believed of a channel in which nothing can be bought and from which nothing comes.
  var silenced: ChannelBelief {
    var belief = self
    let nothing: [Float] = [-30, 0, 0, 0, 0]
    (belief.volume.numbers, belief.response.numbers) = (nothing, nothing)
    return belief
  }

  /// Moves the drift one tick on.
  mutating func advance(_ drift: Drift) {
    let persistence = Float(drift.persistence)
    price.advance(persistence: persistence, stationary: Float(drift.price * drift.price))
    volume.advance(persistence: persistence, stationary: Float(drift.volume * drift.volume))
    response.advance(persistence: persistence, stationary: Float(drift.response * drift.response))
  }

  /// Takes in what a tick showed.
  ///
  /// - Parameters:
  ///   - bid: what was bid, in price steps; 0 where the channel was off.
  ///   - stopped: whether the budget cut the tick short, so that wins say nothing of the volume.
  mutating func observe(
    _ result: ChannelResult, bid: Float, model: ChannelModel, season: Float, stopped: Bool,
    carryOverAfter: Float
  ) {
    if let auction = model.auction {
      observe(result, auction: auction, bid: bid, model: model, season: season, stopped: stopped)
    } else if let channel = model.response, result.spend > 0, carryOverAfter > 0 {
      let expected =
        channel.maximum * season * channel.saturation(carryOverAfter)
      let noise = max(channel.noise * channel.noise, 1e-4)
      if expected > 0, result.outcome > 0 {
        response.observe(log(result.outcome / expected) + 0.5 * noise, noise: noise)
      }
    }
    if let channel = model.response { stock = model.retention * stock + channel.stockGain * result.spend }
    carryOver = carryOverAfter
  }

  private mutating func observe(
    _ result: ChannelResult, auction: AuctionModel, bid: Float, model: ChannelModel, season: Float,
    stopped: Bool
  ) {
    // Late conversions are reported while nothing is bid, too.
    conversion.observe(count: result.outcome, expected: result.dueClicks * auction.conversionRate)
    guard bid > 0 else { return }
    if result.wins >= 1, !auction.paysBid {
      observePrice(
        paidPerWin: result.spend / result.wins / auction.priceUnit, wins: result.wins,
        auction: auction, bid: bid, model: model)
    }
    if !stopped {
      let (won, _) = model.auctionPoint(auction, bid: bid, price: price.mean)
      volume.observe(count: result.wins, expected: auction.volume * season * won)
    }
    let fatigue = exp(-auction.fatigueStrength * carryOver)
    response.observe(count: result.clicks, expected: result.wins * auction.clickRate * fatigue)
  }

  /// The mean price paid rises with the price factor; one Newton step on its logarithm reads the factor from it.
  private mutating func observePrice(
    paidPerWin: Float, wins: Float, auction: AuctionModel, bid: Float, model: ChannelModel
  ) {
    let width: Float = 0.05
    let low = model.auctionPoint(auction, bid: bid, price: price.mean - width).paidPerWin
    let high = model.auctionPoint(auction, bid: bid, price: price.mean + width).paidPerWin
    guard low > 0, high > low, paidPerWin > 0 else { return }
    let slope = log(high / low) / (2 * width)
    guard slope > 0.05 else { return }
    let middle = 0.5 * log(high * low)
    let step = min(max((log(paidPerWin) - middle) / slope, -0.7), 0.7)
    // Prices below a bid spread by about half their mean; the mean of the wins is that much better known.
    let noise = 0.25 / max(wins, 1) / (slope * slope)
    price.observe(price.mean + step, noise: noise)
  }
}

/// What one tick of one channel showed its advertiser.
struct ChannelResult {
  var wins: Float
  var spend: Float
  var clicks: Float
  /// As how many clicks those count whose conversions should have been reported in the tick.
  var dueClicks: Float
  /// What was reported in the tick.
  var outcome: Float
}
