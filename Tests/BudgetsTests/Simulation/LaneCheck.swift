import Budgets
import Foundation

/// One lane of a tick just played, compared with the scalar model.
struct LaneCheck {
  let oracle: ScalarMarket
  let landscapes: [AuctionLandscape?]
  let simulation: MarketSimulation
  let before: Snapshot
  let lane: Int
  let levels: [Int32]

  private var market: Market { oracle.market }
  private var tick: Int { simulation.tick - 1 }
  private var season: Double { market.season[tick] }

  private func now(_ field: MarketSimulation.Field, _ channel: Int) -> Float {
    simulation.values(field, channel)[lane]
  }

  private func draws(_ channel: Int) -> ScalarMarket.Draws {
    oracle.draws(tick: tick, episode: 0, channel: channel, lane: simulation.lanes.lowerBound + lane)
  }

  func run(history: inout [[Double]], tally: inout Tally) {
    let channels = market.channels.indices
    // The first tick's factors are drawn from their stationary law, which other tests look at.
    if tick > 0 { for channel in channels { checkFactors(channel, &tally) } }
    checkPurchases(&tally)
    for channel in channels {
      let place = lane * channels.count + channel
      switch market.channels[channel].kind {
      case .auction(let auction):
        history[place].append(Double(now(.wins, channel)))
        checkOutcome(auction, channel, &tally)
      case .response(let response):
        history[place].append(Double(now(.spend, channel)))
        checkOutcome(response, channel, &tally)
      }
      let carried = oracle.carryOver(market.channels[channel], history: history[place])
      tally.number(now(.carryOver, channel), carried, tolerance: 1e-5)
    }
  }

  private func checkFactors(_ channel: Int, _ tally: inout Tally) {
    let draws = draws(channel)
    let factors: [(MarketSimulation.Field, MarketSimulation.Field, Double, Double)] = [
      (.price, .priceShift, market.drift.price, draws.price),
      (.volume, .volumeShift, market.drift.volume, draws.volume),
      (.response, .responseShift, market.drift.response, draws.response),
    ]
    for (factor, shift, deviation, normal) in factors {
      let expected = oracle.wander(
        before(factor, channel, lane), around: before(shift, channel, lane), deviation: deviation,
        normal: normal)
      if abs(Double(now(factor, channel)) - expected) > 3e-6 { tally.wrongNumbers += 1 }
    }
  }

  /// Wins and spend, from what every channel wants to what the money allows.
  private func checkPurchases(_ tally: inout Tally) {
    let offers = market.channels.indices.map { channel -> ScalarMarket.Offer in
      let amount = market.channels[channel].levels[Int(levels[lane * simulation.channelCount + channel])]
      guard case .auction(let auction) = market.channels[channel].kind, let landscape = landscapes[channel]
      else { return ScalarMarket.Offer(cost: amount) }
      return oracle.offer(
        auction, landscape: landscape, bid: amount, season: season, price: Double(now(.price, channel)),
        volume: Double(now(.volume, channel)), draws: draws(channel))
    }
    let quantum = Double(simulation.moneyQuantum)
    let cap = market.tickCap.map { (min($0, market.budget) / quantum).rounded(.down) * quantum }
    let available = min(Double(before.remaining[lane]), cap ?? .infinity)
    let kept = oracle.stop(offers, available: available, quantum: quantum)
    let wanted = offers.reduce(0) { $0 + $1.cost }
    if simulation.wasStopped(lane: lane) { tally.stopped += 1 } else { tally.free += 1 }
    var alike = abs(wanted - available) > 1e-5 * available
    for channel in kept.indices where landscapes[channel] != nil {
      alike = tally.count(now(.wins, channel), kept[channel].wins) && alike
    }
    // Another count of wins changes what every channel may still spend.
    if alike, simulation.wasStopped(lane: lane) != (wanted > available) { tally.wrongNumbers += 1 }
    for channel in kept.indices where alike {
      let error = abs(Double(now(.spend, channel)) - kept[channel].cost)
      if error > 2 * quantum + 1e-4 * kept[channel].cost { tally.wrongNumbers += 1 }
    }
  }

  private func checkOutcome(_ auction: AuctionChannel, _ channel: Int, _ tally: inout Tally) {
    let (wins, clicks) = (Double(now(.wins, channel)), Double(now(.clicks, channel)))
    let tiring = (auction.fatigue?.strength ?? 0) * before(.carryOver, channel, lane)
    let click = min(auction.clickRate * exp(Double(now(.response, channel)) - tiring), 1)
    let conversion = min(auction.conversionRate * exp(before(.conversionShift, channel, lane)), 1)
    let draws = draws(channel)
    tally.count(
      now(.clicks, channel), binomialQuantile(trials: wins, probability: click, draws.clicks))
    tally.count(
      now(.outcome, channel), binomialQuantile(trials: clicks, probability: conversion, draws.conversions))
    tally.number(now(.expectedOutcome, channel), wins * click * conversion, tolerance: 1e-5)
  }

  private func checkOutcome(_ response: ResponseChannel, _ channel: Int, _ tally: inout Tally) {
    let stock = Double(now(.carryOver, channel))
    let curve = response.saturation
    let saturation = stock > 0 ? 1 / (1 + pow(curve.halfSaturation / stock, curve.slope)) : 0
    let expected = curve.maximum * season * exp(Double(now(.response, channel))) * saturation
    tally.number(now(.expectedOutcome, channel), expected, tolerance: 1e-4)
    let noise = exp(response.noise * draws(channel).cost - response.noise * response.noise / 2)
    tally.number(now(.outcome, channel), expected * noise, tolerance: 1e-4)
  }
}
