import LinearAlgebra

/// The objective of each lane's episode, tick by tick, and the penalty of a missed target at its end.
///
/// Under a target the episode is worth its sum times min(1, (target / cost per action)²), AuctionNet's penalty (Su et
/// al., 2024, section 4); the last tick's reward settles the difference. The penalty is no linear function of what was
/// gained, so it is always that of what was drawn: of expectations it would have another mean.
final class ObjectiveSum {
  private let market: Market
  private let field: MarketSimulation.Field
  private let values: [Float]
  private let sums: Matrix

  init(market: Market, signal: BudgetAllocation.RewardSignal, laneCount: Int) {
    self.market = market
    field = signal == .realized ? .outcome : .expectedOutcome
    values = market.channels.map { Float($0.objectiveValue(market.objective)) }
    sums = Matrix(rows: 3, columns: laneCount)
  }

  /// Lanes: objective, outcome and revenue of the episode so far, as they were drawn.
  private var objective: UnsafeMutablePointer<Float> { sums.pointer }
  private var outcome: UnsafeMutablePointer<Float> { sums.pointer + sums.columns }
  private var revenue: UnsafeMutablePointer<Float> { sums.pointer + 2 * sums.columns }

  func copy(from other: ObjectiveSum) { sums.pointer.update(from: other.sums.pointer, count: sums.count) }

  func startEpisode() { sums.pointer.update(repeating: 0, count: sums.count) }

  /// Writes the rewards of the tick just played.
  func add(_ simulation: MarketSimulation, into rewards: UnsafeMutablePointer<Float>) {
    let lanes = simulation.laneCount
    rewards.update(repeating: 0, count: lanes)
    addObjective(simulation, of: field, to: rewards)
    guard market.target != nil else { return }
    for channel in 0..<simulation.channelCount {
      let worth = Float(market.channels[channel].outcomeValue)
      let gained = simulation.values(.outcome, channel)
      for lane in 0..<lanes {
        outcome[lane] += gained[lane]
        revenue[lane] += worth * gained[lane]
      }
    }
    addObjective(simulation, of: .outcome, to: objective)
    if simulation.tick == market.ticks { settleTarget(simulation, into: rewards) }
  }

  /// Adds the objective of the tick just played, of outcomes drawn or expected.
  private func addObjective(
    _ simulation: MarketSimulation, of field: MarketSimulation.Field, to sums: UnsafeMutablePointer<Float>
  ) {
    let spendWeight: Float = market.objective == .profit ? 1 : 0
    for channel in 0..<simulation.channelCount {
      let value = values[channel]
      let (gained, spent) = (simulation.values(field, channel), simulation.values(.spend, channel))
      for lane in 0..<simulation.laneCount {
        sums[lane] += value * gained[lane] - spendWeight * spent[lane]
      }
    }
  }

  private func settleTarget(_ simulation: MarketSimulation, into rewards: UnsafeMutablePointer<Float>) {
    for lane in 0..<simulation.laneCount {
      let spent = market.exactBudget - simulation.remaining[lane]
      let ratio: Float
      switch market.target {
      case .costPerAction(let limit): ratio = spent > 0 ? Float(limit) * outcome[lane] / spent : 1
      case .returnOnSpend(let minimum): ratio = spent > 0 ? revenue[lane] / (Float(minimum) * spent) : 1
      case nil: ratio = 1
      }
      // A loss is not made smaller by missing the target.
      guard ratio < 1, objective[lane] > 0 else { continue }
      rewards[lane] -= objective[lane] * (1 - ratio * ratio)
    }
  }
}

extension MediaChannel {
  /// The money that one outcome is worth.
  var outcomeValue: Double {
    switch kind {
    case .auction(let auction): auction.valuePerConversion
    case .response(let response): response.valuePerOutcome
    }
  }

  /// The objective that one outcome adds.
  func objectiveValue(_ objective: Objective) -> Double { objective == .conversions ? 1 : outcomeValue }
}
