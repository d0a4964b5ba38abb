import LinearAlgebra

/// What going on with `replan` is worth: the plan's own forecast W, corrected for what a certain equivalent overlooks.
///
/// V = W + c₁·τW + c₂·τ²W + c₃·τλB + c₄·τ²λB, with τ the share of time left, λ the plan's price of money and B the
/// money left; the coefficients are fitted by least squares to the returns that `replan` went on to earn.
struct PlanValue: Sendable, Equatable {
  static let featureCount = 4
  var coefficients = SIMD4<Float>.zero

  static func features(plan: Float, pricedBudget: Float, timeLeft: Float) -> SIMD4<Float> {
    SIMD4(
      timeLeft * plan, timeLeft * timeLeft * plan, timeLeft * pricedBudget, timeLeft * timeLeft * pricedBudget
    )
  }

  func callAsFunction(plan: Float, pricedBudget: Float, timeLeft: Float) -> Float {
    plan + (coefficients * Self.features(plan: plan, pricedBudget: pricedBudget, timeLeft: timeLeft)).sum()
  }
}

extension PlanValue {
  /// Fits the correction to episodes of `replan` that start with between a half and three halves of the budget.
  init(fitting market: Market, episodes: Int = 1024, seed: UInt64) {
    let lanes = 32
    let levels = UnsafeMutablePointer<Int32>.allocate(capacity: lanes * market.channels.count)
    levels.initialize(repeating: 0, count: lanes * market.channels.count)
    defer { levels.deallocate() }
    var stream = RandomStream(seed: seed, purpose: .bootstrap)
    // Normal equations in double precision.
    var gram = [Double](repeating: 0, count: Self.featureCount * Self.featureCount)
    var right = [Double](repeating: 0, count: Self.featureCount)
    for block in 0..<(episodes / lanes) {
      let simulation = MarketSimulation(
        market: market, lanes: block * lanes..<(block + 1) * lanes, seed: seed)
      let planning = PlanningLanes(market: market, laneCount: lanes)
      simulation.startEpisode()
      planning.startEpisode()
      simulation.scaleBudgets { _ in 0.5 + stream.uniform() }
      let objective = ObjectiveSum(market: market, signal: .expected, laneCount: lanes)
      let rewards = Matrix(rows: market.ticks, columns: lanes)
      var rows: [(features: SIMD4<Float>, plan: Float)] = []
      for tick in 0..<market.ticks {
        for lane in 0..<lanes {
          planning.plan(simulation, lane: lane)
          let planner = planning.planner
          rows.append(
            (
              Self.features(
                plan: planner.value, pricedBudget: planner.multiplier * simulation.remaining[lane],
                timeLeft: 1 - Float(tick) / Float(market.ticks)), planner.value
            ))
          for channel in 0..<planner.channelCount {
            levels[lane * planner.channelCount + channel] = Int32(planner.level(channel: channel))
          }
        }
        simulation.play(levels: levels)
        planning.tracker.observe(simulation, levels: levels)
        objective.add(simulation, into: rewards.view.row(tick))
      }
      for lane in 0..<lanes {
        var earned = 0.0
        for tick in (0..<market.ticks).reversed() {
          earned += Double(rewards[tick, lane])
          let row = rows[tick * lanes + lane]
          let residual = earned - Double(row.plan)
          for i in 0..<Self.featureCount {
            right[i] += Double(row.features[i]) * residual
            for j in 0..<Self.featureCount {
              gram[i * Self.featureCount + j] += Double(row.features[i]) * Double(row.features[j])
            }
          }
        }
      }
    }
    self.init()
    let solved = Self.solve(gram, right)
    for i in 0..<Self.featureCount { coefficients[i] = Float(solved[i]) }
  }

  private static func solve(_ gram: [Double], _ right: [Double]) -> [Double] {
    let n = right.count
    var a = gram
    var b = right
    for i in 0..<n { a[i * n + i] += 1e-9 * gram[i * n + i] + 1e-12 }
    for i in 0..<n {
      for j in (i + 1)..<max(n, i + 1) {
        let f = a[j * n + i] / a[i * n + i]
        for k in i..<n { a[j * n + k] -= f * a[i * n + k] }
        b[j] -= f * b[i]
      }
    }
    for i in (0..<n).reversed() {
      for k in (i + 1)..<max(n, i + 1) { b[i] -= a[i * n + k] * b[k] }
      b[i] /= a[i * n + i]
    }
    return b
  }
}
