import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What full feedback shows of one episode: `tick * channels + channel`, auction channels only.
struct FullFeedback {
  /// The auctions of the tick.
  var auctions: [Double]
  /// The clicks that they would have brought, had all been won and nobody been tired.
  var clicks: [Double]
  /// The conversions that those clicks would have brought.
  var conversions: [Double]

  init(count: Int) {
    auctions = [Double](repeating: 0, count: count)
    clicks = auctions
    conversions = auctions
  }
}

/// Episodes played by a strategy, and the full feedback of which it saw a part.
///
/// The strategy's own wins, clicks and conversions are completed by those of the auctions it lost and of the people
/// it tired, so that penalties taken along its play have mean 0: what varies in a penalized bound varies in the
/// penalized play as well, and their difference is known far better than either.
struct CoupledPlay {
  var paths: [MarketPath]
  var feedback: [FullFeedback]
  /// Lanes, then ticks: the money left before each tick.
  var money: [[Double]]
  /// Lanes, then `tick * channels + channel`: the objective expected of a tick, money not counted.
  var gains: [[Double]]

  /// Plays an episode of a block of lanes.
  init(
    _ strategy: any MarketStrategy, market: Market, lanes: Range<Int>, seed: UInt64
  ) {
    let simulation = MarketSimulation(market: market, lanes: lanes, seed: seed)
    // The same levels with money enough: where money stopped a tick, what it would have won.
    var rich = market
    rich.budget *= 40
    rich.tickCap = nil
    let free = MarketSimulation(market: rich, lanes: lanes, seed: seed)
    let channels = simulation.channelCount
    let count = market.ticks * channels
    paths = lanes.map { _ in MarketPath(ticks: market.ticks, channelCount: channels) }
    feedback = lanes.map { _ in FullFeedback(count: count) }
    money = lanes.map { _ in [Double](repeating: 0, count: market.ticks) }
    gains = lanes.map { _ in [Double](repeating: 0, count: count) }
    var random = lanes.map { RandomStream(seed: seed, purpose: .bootstrap, lane: $0) }
    var exposures = [Float](repeating: 0, count: lanes.count * channels)
    let ladders = market.channels.map(\.levels)
    let landscapes = market.channels.map { channel -> AuctionLandscape? in
      if case .auction(let auction) = channel.kind { auction.landscape } else { nil }
    }
    let values = market.channels.map { $0.objectiveValue(market.objective) }
    var levels = [Int32](repeating: 0, count: lanes.count * channels)
    simulation.startEpisode()
    free.startEpisode()
    strategy.startEpisode(simulation.console)
    for tick in 0..<market.ticks {
      for lane in 0..<lanes.count { money[lane][tick] = Double(simulation.remaining[lane]) }
      for channel in 0..<channels {
        for lane in 0..<lanes.count {
          exposures[channel * lanes.count + lane] = free.values(.carryOver, channel)[lane]
        }
      }
      strategy.choose(simulation.console, levels: &levels)
      simulation.play(levels: levels)
      free.play(levels: levels)
      strategy.observe(simulation.console)
      for channel in 0..<channels {
        let place = tick * channels + channel
        for lane in 0..<lanes.count {
          paths[lane].price[place] = simulation.values(.price, channel)[lane]
          paths[lane].volume[place] = simulation.values(.volume, channel)[lane]
          paths[lane].response[place] = simulation.values(.response, channel)[lane]
          paths[lane].conversion[channel] = simulation.values(.conversionShift, channel)[lane]
          gains[lane][place] = values[channel] * Double(simulation.values(.expectedOutcome, channel)[lane])
          guard case .auction(let auction) = market.channels[channel].kind,
            let landscape = landscapes[channel]
          else { continue }
          let price = exp(Double(simulation.values(.price, channel)[lane]))
          let bid = ladders[channel][Int(levels[lane * channels + channel])]
          let won = bid > 0 ? landscape.outcome(bid: bid / price).winShare : 0
          let mean =
            auction.volume * market.season[tick] * exp(Double(simulation.values(.volume, channel)[lane]))
          let rate = auction.clickRate * exp(Double(simulation.values(.response, channel)[lane]))
          let tired = exp(
            -(auction.fatigue?.strength ?? 0) * Double(exposures[channel * lanes.count + lane]))
          let conversionRate = min(
            1, auction.conversionRate * exp(Double(simulation.values(.conversionShift, channel)[lane])))
          let (wins, clicks, outcome) = (
            Double(free.values(.wins, channel)[lane]), Double(free.values(.clicks, channel)[lane]),
            Double(free.values(.outcome, channel)[lane])
          )
          let lost = random[lane].poisson(mean: Float(max(mean * (1 - won), 0)))
          let probability = min(rate, 1)
          let spared = min(max((probability - rate * tired) / max(1 - rate * tired, 1e-12), 0), 1)
          let unseen =
            random[lane].binomial(trials: Int(max(wins - clicks, 0)), probability: Float(spared))
            + random[lane].binomial(trials: lost, probability: Float(probability))
          feedback[lane].auctions[place] = wins + Double(lost)
          feedback[lane].clicks[place] = clicks + Double(unseen)
          feedback[lane].conversions[place] =
            outcome
            + Double(random[lane].binomial(trials: unseen, probability: Float(conversionRate)))
        }
      }
    }
  }

  /// What a penalty takes from the play of a lane: 0 on average.
  func penalty(lane: Int, forecast: ForeknowledgePenalty.Forecast) -> Double {
    let path = paths[lane]
    var sum = 0.0
    for tick in 0..<path.ticks {
      if tick > 0 { sum += money[lane][tick] * (forecast.prices[tick] - forecast.prices[tick - 1]) }
      for channel in 0..<path.channelCount {
        let place = tick * path.channelCount + channel
        let surprise =
          Double(path.response[place] - forecast.path.response[place])
          + Double(path.conversion[channel]) - forecast.conversion[place]
        sum += gains[lane][place] * (1 - exp(-surprise))
      }
    }
    return sum
  }
}
