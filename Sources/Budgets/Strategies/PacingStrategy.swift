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
  package func startEpisode(_ console: AdvertiserConsole) {
    multipliers = [Float](repeating: max(plan.multiplier, 1e-20), count: console.laneCount)
    before = [Float](repeating: 0, count: console.laneCount)
  }

  /// Writes the levels of largest gain at each lane's price of money.
  package func choose(_ console: AdvertiserConsole, levels: UnsafeMutablePointer<Int32>) {
    for lane in 0..<console.laneCount {
      before[lane] = console.remaining[lane]
      for channel in 0..<plan.channelCount {
        levels[lane * plan.channelCount + channel] = Int32(
          plan.level(tick: console.tick, channel: channel, multiplier: multipliers[lane]))
      }
    }
  }

  /// Raises the price of money where the tick spent more than its share of what was left, and lowers it otherwise.
  package func observe(_ console: AdvertiserConsole) {
    let tick = console.tick - 1
    guard spendLeft[tick] > 0 else { return }
    for lane in 0..<console.laneCount {
      let target = before[lane] * plan.spend[tick] / spendLeft[tick]
      let spent = before[lane] - console.remaining[lane]
      guard target > 0 else { continue }
      let ratio = log(max(spent, 0.05 * target) / target)
      multipliers[lane] *= exp(gain * min(max(ratio, -1), 1))
    }
  }
}
