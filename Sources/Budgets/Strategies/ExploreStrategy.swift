/// `explore`: `replan` that also counts what it would learn (`ExplorationBonus`): the strongest strategy without training.
package final class ExploreStrategy: MarketStrategy {
  private let market: Market
  private let models: [ChannelModel]
  private let bonus: ExplorationBonus
  private var lanes: PlanningLanes?

  /// Creates the strategy for a market.
  ///
  /// - Parameter bonus: the coefficients; those of `ExplorationBonus.standard` by default.
  package convenience init(market: Market, bonus: ExplorationBonus = .standard) {
    self.init(market: market, models: market.channelModels, bonus: bonus)
  }

  /// Creates the strategy with what is known of the channels, which strategies of one market may share.
  init(market: Market, models: [ChannelModel], bonus: ExplorationBonus = .standard) {
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

  /// Plans the rest of every lane's episode, adds the bonus and writes the first tick's levels.
  package func choose(_ console: AdvertiserConsole, levels: UnsafeMutablePointer<Int32>) {
    guard let lanes else { preconditionFailure("An episode must be started before levels are chosen.") }
    let planner = lanes.planner
    for lane in 0..<console.laneCount {
      lanes.plan(console, lane: lane)
      bonus.apply(to: planner, tick: console.tick, beliefs: lanes.tracker.lane(lane))
      for channel in 0..<planner.channelCount {
        levels[lane * planner.channelCount + channel] = Int32(planner.level(channel: channel))
      }
    }
  }

  /// Updates the beliefs.
  package func observe(_ console: AdvertiserConsole) {
    lanes?.tracker.observe(console)
  }
}

extension ExplorationBonus {
  /// The best of nine on 2,048 episodes of seed 77 of `nine-campaigns` (docs/weakly-coupled.md).
  package static let standard = ExplorationBonus(optimism: 0.35)
}
