/// The rest of an episode cut into periods that grow with distance: 1, 1, 2, 4, 8, … ticks.
///
/// What is far away is forecast to return to its mean, so a planner loses little by treating it in large pieces.
struct Horizon {
  /// One stretch of ticks planned with the same level.
  struct Period {
    /// The number of ticks.
    let count: Int
    /// Ticks from the first of the horizon to the middle of the period.
    let distance: Float
    /// The sum of the season over the period.
    let season: Float
  }

  let periods: [Period]

  /// The rest of an episode from a tick on; `exact` gives every tick a period of its own.
  init(from tick: Int, season: [Double], exact: Bool = false) {
    var periods: [Period] = []
    var start = tick
    while start < season.count {
      let growing = exact || periods.count < 2 ? 1 : 1 << (periods.count - 1)
      var count = min(growing, season.count - start)
      if season.count - start - count < count / 2 { count = season.count - start }
      periods.append(
        Period(
          count: count, distance: Float(start - tick) + Float(count - 1) / 2,
          season: Float(season[start..<start + count].reduce(0, +))))
      start += count
    }
    self.periods = periods
  }
}

/// Sums of a geometric decay over a period, for carry-over that builds up while a level is held.
struct PeriodDecay {
  /// retention^count: what is left of the stock at the start.
  let kept: Float
  /// The mean over the period's ticks of retention^i.
  let mean: Float
  /// The stock that a unit push per tick leaves at the end.
  let built: Float
  /// The mean stock that a unit push per tick has built before each tick.
  let builtBefore: Float

  init(retention: Float, count: Int) {
    var power: Float = 1
    var powers: Float = 0
    var stock: Float = 0
    var before: Float = 0
    for _ in 0..<count {
      powers += power
      power *= retention
      before += stock
      stock = retention * stock + 1
    }
    kept = power
    mean = powers / Float(count)
    built = stock
    builtBefore = before / Float(count)
  }
}
