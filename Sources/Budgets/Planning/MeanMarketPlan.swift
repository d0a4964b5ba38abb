import LinearAlgebra

/// The best fixed plan for the mean market, by Lagrangian search, with the tables that simple strategies steer by.
package final class MeanMarketPlan: Sendable {
  /// The market planned for.
  package let market: Market
  /// The plan's price of money: objective per unit of budget.
  package let multiplier: Float
  /// The objective that the plan expects of an episode, money left over counted at its price.
  package let value: Float
  /// What the plan expects to spend, by tick.
  package let spend: [Float]
  private let levels: [Int]
  private let scores: [Float]
  private let costs: [Float]
  private let sizes: [Int]
  private let stride: Int

  /// The number of channels.
  package var channelCount: Int { sizes.count }

  /// Plans the whole episode tick by tick for the mean market.
  package init(_ market: Market) {
    self.market = market
    let planner = LagrangianPlanner(market, models: market.channelModels, exact: true)
    let tracker = BeliefTracker(market: market, models: planner.models, laneCount: 1)
    planner.plan(
      tick: 0, budget: Float(market.budget), beliefs: tracker.lane(0), memory: planner.makeMemory(lanes: 1),
      sweeps: 16)
    let channels = market.channels.count
    let sizes = market.channels.map(\.levels.count)
    let stride = planner.tables.levelCount
    var levels: [Int] = []
    var scores: [Float] = []
    var costs: [Float] = []
    var spend: [Float] = []
    for tick in 0..<market.ticks {
      var total: Float = 0
      for channel in 0..<channels {
        let level = planner.level(channel: channel, period: tick)
        levels.append(level)
        for entry in 0..<stride {
          scores.append(planner.netGain(channel: channel, level: entry, period: tick))
          costs.append(planner.cost(channel: channel, level: entry, period: tick))
        }
        total += planner.cost(channel: channel, level: level, period: tick)
      }
      spend.append(total)
    }
    self.levels = levels
    self.scores = scores
    self.costs = costs
    self.spend = spend
    self.sizes = sizes
    self.stride = stride
    multiplier = planner.multiplier
    value = planner.value
  }

  /// The plan's level.
  package func level(tick: Int, channel: Int) -> Int { levels[tick * channelCount + channel] }

  /// The level of largest gain at another price of money.
  package func level(tick: Int, channel: Int, multiplier: Float) -> Int {
    let base = (tick * channelCount + channel) * stride
    var best = 0
    for level in 1..<max(sizes[channel], 1)
    where scores[base + level] - multiplier * costs[base + level]
      > scores[base + best] - multiplier * costs[base + best]
    { best = level }
    return best
  }

  /// The level whose expected cost is nearest to an amount of money.
  package func level(tick: Int, channel: Int, nearestCost amount: Float) -> Int {
    let base = (tick * channelCount + channel) * stride
    var best = 0
    for level in 1..<max(sizes[channel], 1)
    where abs(costs[base + level] - amount) < abs(costs[base + best] - amount) { best = level }
    return best
  }
}
