import Foundation

/// What the response channels of one lane have ahead of them, as far as is known: the part of a plan that is solved exactly.
final class ResponseOutlook {
  /// One response channel before a tick; plain numbers, for models are shared by lanes on many threads, which would
  /// wait for each other to count references.
  private struct Channel {
    let index: Int
    let response: ResponseModel
    let values: ResponseValues.Table
    let ladder: UnsafePointer<Float>
    let levelCount: Int
    let outcomeValue: Float
    let retention: Float
    /// To what the drift decays over the time that stock works.
    let nearDecay: Float
    /// The expected response factor in the tick, while the stock lasts, and over the rest of the episode.
    var now: Float = 1
    var near: Float = 1
    var mean: Float = 1
    /// The stock of the last tick.
    var stock: Float = 0
    var place = ResponseValues.Place.zero
    /// Whether the lane tells the channel's curves apart: then its `sets` look ahead.
    var isWeighed = false
  }

  private let season: [Float]
  private let spendWeight: Float
  private let stationary: Float
  /// By tick: to what the drift decays over the rest of the episode, on average.
  private let meanDecays: [Float]
  private var channels: [Channel]
  /// By channel: the outlook over the curves that it may have; nil where it has one.
  private let sets: [CurveOutlook?]
  /// What the channels point into.
  private let models: [ChannelModel]
  private var tick = 0

  init(_ market: Market, models: [ChannelModel]) {
    season = market.season.map { Float($0) }
    spendWeight = market.objective == .profit ? 1 : 0
    stationary = Float(market.drift.response * market.drift.response)
    let persistence = Float(market.drift.persistence)
    meanDecays = (0..<market.ticks).map { tick in
      let left = market.ticks - tick - 1
      return left == 0 ? 1 : (1...left).reduce(0) { $0 + pow(persistence, Float($1)) } / Float(left)
    }
    channels = models.enumerated().compactMap { index, model in
      guard let response = model.response, let values = model.values else { return nil }
      return Channel(
        index: index, response: response, values: values.table, ladder: model.ladder, levelCount: model.count,
        outcomeValue: model.outcomeValue, retention: model.retention,
        nearDecay: pow(persistence, 1 / (1 - model.retention)))
    }
    sets = channels.map { CurveOutlook(models[$0.index], market: market) }
    self.models = models
  }

  /// Whether there are no response channels.
  var isEmpty: Bool { channels.isEmpty }

  /// Takes in what is believed before a tick.
  ///
  /// - Parameter curves: by channel of the market, what lanes believe of its curves; empty or nil where they take it for the
  ///   typical one.
  func look(tick: Int, beliefs: UnsafePointer<ChannelBelief>, curves: [CurveBeliefs?] = [], lane: Int = 0) {
    self.tick = tick
    for index in channels.indices {
      let set = curves.isEmpty ? nil : curves[channels[index].index]
      channels[index].isWeighed = set != nil && sets[index] != nil
      if let set { sets[index]?.look(set, lane: lane, meanDecay: meanDecays[tick]) }
      let belief = beliefs[channels[index].index]
      let factor = belief.response
      channels[index].now = factor.expectedFactor(decay: 1, stationary: stationary)
      channels[index].near = factor.expectedFactor(decay: channels[index].nearDecay, stationary: stationary)
      channels[index].mean = factor.expectedFactor(decay: meanDecays[tick], stationary: stationary)
      channels[index].stock = belief.stock
      channels[index].place = channels[index].values.stockPlace(belief.stock)
    }
  }

  /// The money that the rest of the episode takes at a price of money.
  func spend(at multiplier: Float) -> Float {
    let price = multiplier + spendWeight
    var sum: Float = 0
    for (index, channel) in channels.enumerated() {
      if channel.isWeighed, let set = sets[index] {
        sum += set.spend(at: price, tick: tick)
      } else {
        sum += channel.values.spend(
          tick: tick, stock: channel.place, price: channel.values.pricePlace(price / channel.mean))
      }
    }
    return sum
  }

  /// The money that the rest of the episode takes at a price of money, played tick by tick with whole levels, none above
  /// a cap; afterwards the outlook is that of the end.
  func playedSpend(at multiplier: Float, tickCap: Float) -> Float {
    var sum: Float = 0
    while tick < season.count {
      var spent: Float = 0
      for index in channels.indices {
        var (best, chosen) = (-Float.infinity, Level(cost: channels[index].ladder[0]))
        forEachLevel(of: channels[index], at: multiplier) { level in
          let score = level.gain + level.worth - multiplier * level.cost
          if score > best { (best, chosen) = (score, level) }
        }
        spent += chosen.cost
        channels[index].stock = channels[index].retention * channels[index].stock + chosen.push
      }
      sum += min(spent, tickCap)
      tick += 1
    }
    return sum
  }

  /// Writes gains and costs of the tick's levels into a period's groups, and chooses among them.
  ///
  /// The worth of stock is added to the gain of every level. Returns what the rest of the episode is worth, less its
  /// priced money.
  func tabulate(at multiplier: Float, period: Int, of channelCount: Int, into tables: PlanTables) -> Float {
    var sum: Float = 0
    for (index, channel) in channels.enumerated() {
      let group = period * channelCount + channel.index
      if channel.isWeighed, let set = sets[index] {
        sum += tabulate(channel, set, at: multiplier, group: group, into: tables)
        continue
      }
      var (entry, best) = (group, -Float.infinity)
      tables.chosen[group] = 0
      forEachLevel(of: channel, at: multiplier) { level in
        tables.gain[entry] = level.gain
        tables.cost[entry] = level.cost
        tables.push[entry] = level.push
        tables.doubt[entry] = 0
        tables.netGain[entry] = level.gain + level.worth
        let score = level.gain + level.worth - multiplier * level.cost
        if score > best {
          best = score
          tables.chosen[group] = Int32(entry / tables.stride)
        }
        entry += tables.stride
      }
      tables.close(group: group, beyond: channel.levelCount)
      let price = channel.values.pricePlace((multiplier + spendWeight) / channel.mean)
      sum += best + channel.mean * channel.values.value(tick: tick + 1, stock: .zero, price: price)
    }
    return sum
  }

  /// The same of one channel whose curve is one of many.
  private func tabulate(
    _ channel: Channel, _ set: CurveOutlook, at multiplier: Float, group: Int, into tables: PlanTables
  ) -> Float {
    let (ladder, count, stride) = (channel.ladder, channel.levelCount, tables.stride)
    let price = multiplier + spendWeight
    set.forecast(
      scale: channel.outcomeValue * channel.response.maximum * season[tick], gains: tables.gain + group,
      variances: tables.doubt + group, stride: stride)
    for level in 0..<count {
      let entry = level * stride + group
      tables.gain[entry] -= spendWeight * ladder[level]
      tables.cost[entry] = ladder[level]
      tables.push[entry] = channel.response.stockGain * ladder[level]
      tables.netGain[entry] = tables.gain[entry]
    }
    if tick + 1 < season.count {
      set.addWorths(price: price, tick: tick, to: tables.netGain + group, stride: stride)
    }
    tables.close(group: group, beyond: count)
    let best = tables.best(group: group, at: multiplier)
    tables.chosen[group] = Int32(best)
    let entry = best * stride + group
    return tables.netGain[entry] - multiplier * tables.cost[entry] + set.laterValue(at: price, tick: tick)
  }

  /// What one level does in a tick: gain, money, stock, and what the stock is worth in the ticks after.
  private struct Level {
    var gain: Float = 0
    var cost: Float = 0
    var push: Float = 0
    var worth: Float = 0
  }

  private func forEachLevel(of channel: Channel, at multiplier: Float, _ body: (Level) -> Void) {
    let (response, values) = (channel.response, channel.values)
    let scale = channel.now * channel.outcomeValue * response.maximum * season[tick]
    let kept = channel.retention * channel.stock
    let carriesOn = tick + 1 < season.count && channel.retention > 0
    let price = values.pricePlace((multiplier + spendWeight) / channel.near)
    let without = carriesOn ? values.value(tick: tick + 1, stock: .zero, price: price) : 0
    for index in 0..<channel.levelCount {
      var level = Level()
      level.cost = channel.ladder[index]
      level.push = response.stockGain * level.cost
      let stock = kept + level.push
      level.gain = scale * response.saturation(stock) - spendWeight * level.cost
      if carriesOn {
        let later = values.value(tick: tick + 1, stock: values.stockPlace(stock), price: price)
        level.worth = channel.near * (later - without)
      }
      body(level)
    }
  }

  /// Goes on to the next tick as planned in a period.
  func advance(past period: Int, of channelCount: Int, in tables: PlanTables) {
    tick += 1
    for index in channels.indices {
      let group = period * channelCount + channels[index].index
      let push = tables.push[Int(tables.chosen[group]) * tables.stride + group]
      channels[index].stock = channels[index].retention * channels[index].stock + push
    }
  }
}
