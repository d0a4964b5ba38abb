import Foundation

/// `pacing`: the mean market's plan at one price of money that feedback moves so that spend follows the plan's path.
package final class PacingStrategy: MarketStrategy {
  private let plan: MeanMarketPlan
  private let gain: Float
  private let spendLeft: [Float]
  private var multipliers: [Float] = []
  private var before: [Float] = []

  /// Creates the strategy; `gain` is the change of the log multiplier per unit of log overspend in a tick.
  package init(plan: MeanMarketPlan, gain: Float = 0.3) {
    self.plan = plan
    self.gain = gain
    var sum: Float = 0
    spendLeft = plan.spend.reversed().map { spend in
      sum += spend
      return sum
    }.reversed()
  }

  /// Starts every lane at the plan's price of money.
  package func startEpisode(_ simulation: MarketSimulation) {
    multipliers = [Float](repeating: max(plan.multiplier, 1e-20), count: simulation.laneCount)
    before = [Float](repeating: 0, count: simulation.laneCount)
  }

  /// Writes the levels of largest gain at each lane's price of money.
  package func choose(_ simulation: MarketSimulation, levels: UnsafeMutablePointer<Int32>) {
    for lane in 0..<simulation.laneCount {
      before[lane] = simulation.remaining[lane]
      for channel in 0..<plan.channelCount {
        levels[lane * plan.channelCount + channel] = Int32(
          plan.level(tick: simulation.tick, channel: channel, multiplier: multipliers[lane]))
      }
    }
  }

  /// Raises the price of money where the tick spent more than its share of what was left, and lowers it otherwise.
  package func observe(_ simulation: MarketSimulation) {
    let tick = simulation.tick - 1
    guard spendLeft[tick] > 0 else { return }
    for lane in 0..<simulation.laneCount {
      let target = before[lane] * plan.spend[tick] / spendLeft[tick]
      let spent = before[lane] - simulation.remaining[lane]
      guard target > 0 else { continue }
      let ratio = log(max(spent, 0.05 * target) / target)
      multipliers[lane] *= exp(gain * min(max(ratio, -1), 1))
    }
  }
}
