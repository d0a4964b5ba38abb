/// `replan`: beliefs kept up from what was observed, and the rest of the episode planned anew each tick.
///
/// Certainty-equivalent control: a filter per factor and channel, forecasts that return to the mean, fatigue and
/// adstock forecast and priced; blind only to what it could still learn and to how later plans will react.
public final class ReplanStrategy: MarketStrategy {
  private let planner: LagrangianPlanner
  private let market: Market
  private var tracker: BeliefTracker?
  private var memories: [LagrangianPlanner.Memory] = []

  /// Creates the strategy for a market.
  public init(market: Market) {
    self.market = market
    planner = LagrangianPlanner(market, exact: Knobs.exact)
  }

  /// Forgets the last episode.
  public func startEpisode(_ simulation: MarketSimulation) {
    if tracker?.laneCount != simulation.laneCount {
      tracker = BeliefTracker(market: market, models: planner.models, laneCount: simulation.laneCount)
    }
    tracker?.startEpisode()
    memories = Array(repeating: LagrangianPlanner.Memory(), count: simulation.laneCount)
  }

  /// Plans the rest of every lane's episode and writes the first tick's levels.
  public func choose(_ simulation: MarketSimulation, levels: UnsafeMutablePointer<Int32>) {
    guard let tracker else { preconditionFailure("An episode must be started before levels are chosen.") }
    for lane in 0..<simulation.laneCount {
      planner.plan(
        tick: simulation.tick, budget: simulation.remaining[lane], beliefs: tracker.lane(lane),
        memory: &memories[lane], sweeps: Knobs.sweeps)
      for channel in 0..<planner.channelCount {
        levels[lane * planner.channelCount + channel] = Int32(planner.level(channel: channel))
      }
    }
  }

  /// Updates the beliefs.
  public func observe(_ simulation: MarketSimulation, levels: UnsafePointer<Int32>) {
    tracker?.observe(simulation, levels: levels)
  }
}
