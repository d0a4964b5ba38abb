/// `replan`: beliefs kept up from what was observed, and the rest of the episode planned anew each tick.
///
/// Certainty-equivalent control: a filter per factor and channel, forecasts that return to the mean, fatigue and
/// adstock forecast and priced; blind only to what it could still learn and to how later plans will react. With a bonus
/// (`explore`) it also counts what it would learn: the strongest strategy without training.
package final class ReplanStrategy: MarketStrategy {
  private let market: Market
  private let models: [ChannelModel]
  private let bonus: ExplorationBonus?
  private var lanes: PlanningLanes?

  /// Creates the strategy for a market.
  ///
  /// - Parameters:
  ///   - bonus: what learning is worth; nil for nothing.
  ///   - weighsCurves: whether the curves that channels may have are told apart.
  package convenience init(market: Market, bonus: ExplorationBonus? = nil, weighsCurves: Bool = false) {
    self.init(
      market: market, models: weighsCurves ? market.weighedModels : market.channelModels, bonus: bonus)
  }

  /// Creates the strategy with what is known of the channels, which strategies of one market may share.
  init(market: Market, models: [ChannelModel], bonus: ExplorationBonus? = nil) {
    self.market = market
    self.models = models
    self.bonus = bonus
  }

  /// Forgets the last episode.
  package func startEpisode(_ console: AdvertiserConsole) {
    if lanes?.laneCount != console.laneCount {
      lanes = PlanningLanes(market: market, models: models, laneCount: console.laneCount)
    }
    lanes?.startEpisode()
  }

  /// Plans the rest of every lane's episode, adds the bonus where there is one, and writes the first tick's levels.
  package func choose(_ console: AdvertiserConsole, levels: UnsafeMutablePointer<Int32>) {
    guard let lanes else { preconditionFailure("An episode must be started before levels are chosen.") }
    for lane in 0..<console.laneCount {
      lanes.plan(console, lane: lane)
      bonus?.apply(to: lanes.planner, tick: console.tick, beliefs: lanes.tracker.lane(lane))
      for channel in 0..<lanes.planner.channelCount {
        levels[lane * lanes.planner.channelCount + channel] = Int32(lanes.planner.level(channel: channel))
      }
    }
  }

  /// Updates the beliefs.
  package func observe(_ console: AdvertiserConsole) {
    lanes?.tracker.observe(console)
  }
}
