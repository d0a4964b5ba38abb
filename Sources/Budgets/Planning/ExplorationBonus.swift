#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a plan adds to the gains of the levels of a tick for what playing them would show.
///
/// A certainty-equivalent plan is blind to what it could still learn. Two terms stand for it, each 0 where its
/// coefficient is: *optimism* multiplies a channel's gains by e^(κ · σ · left / ticks), σ being the deviation of the
/// log of its response, or of the gain itself where a channel's curve is one of many, so that doubt counts for a
/// channel while there is time to use the answer (Lai and Robbins, 1985); the *knowledge gradient* adds what the rest
/// of the plan would expect to gain from a level's own observation (Frazier, Powell and Dayanik, 2008). Both are
/// added after price and value of the plan are found, so that its value stays a martingale.
package struct ExplorationBonus: Sendable, Equatable {
  /// κ: what a deviation of the log response is worth with all the time left.
  package var optimism: Float
  /// The share of the knowledge gradient that counts.
  package var knowledge: Float

  /// The best of nine on 2,048 episodes of seed 77 of `nine-campaigns` (docs/weakly-coupled.md).
  package static let standard = ExplorationBonus(optimism: 0.35)

  /// The same where channels' curves are told apart: the best of four, the curves being a half of the training draws of a
  /// retailer's posterior and the episodes played in the other half (docs/retail.md).
  package static let amongCurves = ExplorationBonus(optimism: 0.6)

  /// Creates a bonus.
  package init(optimism: Float = 0, knowledge: Float = 0) {
    self.optimism = optimism
    self.knowledge = knowledge
  }

  /// Adds the bonus to the net gains of the first period of a plan just made, and chooses its levels anew at its price.
  func apply(to planner: LagrangianPlanner, tick: Int, beliefs: UnsafePointer<ChannelBelief>) {
    let left = Float(planner.market.ticks - tick) / Float(planner.market.ticks)
    let spendWeight: Float = planner.market.objective == .profit ? 1 : 0
    let tables = planner.tables
    for channel in 0..<planner.channelCount {
      let (belief, model) = (beliefs[channel], planner.models[channel])
      let deviation = (belief.response.variance + belief.conversion.variance).squareRoot()
      let hope = exp(optimism * deviation * left) - 1
      let future = knowledge > 0 ? FutureGain(planner, tick: tick, channel: channel) : nil
      for level in 0..<model.count {
        let entry = level * tables.stride + channel
        let gross = tables.gain[entry] + spendWeight * tables.cost[entry]
        let doubt = tables.doubt[entry]
        var bonus = (doubt > 0 ? exp(optimism * doubt.squareRoot() * left) - 1 : hope) * gross
        if let future, let auction = model.auction, model.outcomeValue > 0 {
          let conversions = max(gross, 0) / model.outcomeValue
          let rate = auction.conversionRate * belief.conversion.expectedFactor(decay: 1, stationary: 0)
          let learned =
            belief.response.learned(fromCount: rate > 0 ? conversions / rate : 0)
            + belief.conversion.learned(fromCount: conversions)
          bonus += knowledge * future.gain(fromVariance: learned)
        }
        tables.netGain[entry] += bonus
      }
    }
    planner.chooseAgain()
  }
}

/// What a channel gains in the periods after the first, less priced money, as a function of its response factor.
///
/// It is convex in the factor, a largest of straight lines in every period, so news of the factor can only help.
private struct FutureGain {
  /// By node of the log factor, from -reach to reach.
  private let values: [Float]
  private static let nodes = 9
  private static let reach: Float = 2

  init?(_ planner: LagrangianPlanner, tick: Int, channel: Int) {
    let tables = planner.tables
    let periods = planner.periodCount(tick: tick)
    guard periods > 1, planner.models[channel].auction != nil else { return nil }
    var values = [Float](repeating: 0, count: Self.nodes)
    for node in 0..<Self.nodes {
      let factor = exp(Self.reach * (2 * Float(node) / Float(Self.nodes - 1) - 1))
      for period in 1..<periods {
        let group = period * planner.channelCount + channel
        var best: Float = 0
        for level in 0..<planner.models[channel].count {
          let entry = level * tables.stride + group
          best = max(best, factor * tables.netGain[entry] - planner.multiplier * tables.cost[entry])
        }
        values[node] += best
      }
    }
    self.values = values
  }

  /// What is expected to be gained from moving the mean log factor by a deviation of this variance either way.
  func gain(fromVariance variance: Float) -> Float {
    guard variance > 0 else { return 0 }
    let step = min(variance.squareRoot(), Self.reach)
    let center = log(cosh(step))
    return max(0.5 * (value(at: step - center) + value(at: -step - center)) - value(at: 0), 0)
  }

  private func value(at logarithm: Float) -> Float {
    let place = min(max((logarithm / Self.reach + 1) / 2, 0), 1) * Float(Self.nodes - 1)
    let cell = min(Int(place), Self.nodes - 2)
    return values[cell] + (place - Float(cell)) * (values[cell + 1] - values[cell])
  }
}
