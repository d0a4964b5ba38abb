/// `uniform`: the same single level in every channel and tick.
package final class UniformStrategy: MarketStrategy {
  /// The level on every ladder; ladders that are shorter take their last.
  package let level: Int
  private let sizes: [Int]

  /// Creates the strategy for a level.
  package init(market: Market, level: Int) {
    self.level = level
    sizes = market.channels.map(\.levels.count)
  }

  /// Writes the level, or a ladder's last where it is shorter.
  package func choose(_ console: AdvertiserConsole, levels: UnsafeMutablePointer<Int32>) {
    for lane in 0..<console.laneCount {
      for (channel, size) in sizes.enumerated() {
        levels[lane * sizes.count + channel] = Int32(min(level, size - 1))
      }
    }
  }
}

/// `static`: a fixed plan, one level per tick and channel.
package final class StaticStrategy: MarketStrategy {
  private let plan: MeanMarketPlan

  /// Creates the strategy that plays the best plan for the mean market.
  package init(plan: MeanMarketPlan) { self.plan = plan }

  /// Writes the plan's levels of the tick.
  package func choose(_ console: AdvertiserConsole, levels: UnsafeMutablePointer<Int32>) {
    let channels = plan.channelCount
    for lane in 0..<console.laneCount {
      for channel in 0..<channels {
        levels[lane * channels + channel] = Int32(plan.level(tick: console.tick, channel: channel))
      }
    }
  }
}

/// `equal-split`: each channel an equal share of the budget, spread over its ticks by the season.
package final class EqualSplitStrategy: MarketStrategy {
  private let plan: MeanMarketPlan
  private let seasonLeft: [Double]
  private var left: [Float] = []

  /// Creates the strategy from the mean market's costs.
  package init(plan: MeanMarketPlan) {
    self.plan = plan
    var sum = 0.0
    seasonLeft = plan.market.season.reversed().map { season in
      sum += season
      return sum
    }.reversed()
  }

  /// Gives every channel of every lane its share.
  package func startEpisode(_ console: AdvertiserConsole) {
    let share = Float(plan.market.budget) / Float(plan.channelCount)
    left = [Float](repeating: share, count: console.laneCount * plan.channelCount)
  }

  /// Writes the level whose expected cost is nearest to the channel's share of the tick.
  package func choose(_ console: AdvertiserConsole, levels: UnsafeMutablePointer<Int32>) {
    let tick = console.tick
    let share = Float(plan.market.season[tick] / max(seasonLeft[tick], 1e-12))
    for index in 0..<console.laneCount * plan.channelCount {
      levels[index] = Int32(
        plan.level(tick: tick, channel: index % plan.channelCount, nearestCost: max(left[index], 0) * share))
    }
  }

  /// Takes what was spent from each channel's share.
  package func observe(_ console: AdvertiserConsole) {
    for channel in 0..<plan.channelCount {
      let spend = console.values(.spend, channel)
      for lane in 0..<console.laneCount { left[lane * plan.channelCount + channel] -= spend[lane] }
    }
  }
}
