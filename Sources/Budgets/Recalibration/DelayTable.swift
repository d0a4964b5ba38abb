import LinearAlgebra

/// The shares of a channel's conversions that are reported in the tick of the click, in the next, and so on, as campaigns saw them.
///
/// With s_a the share of age a, c_t the clicks of a tick, n_t the conversions reported in it and r the campaign's rate, n_t ~
/// Poisson(r · Σ_a s_a c_{t-a}). Neither the age of a report is seen nor what was not reported when a campaign ended; both are
/// filled in, the rate being that of largest likelihood (EM: Dempster, Laird and Rubin, 1977). The table described counts as a
/// number of conversions more, whose ages were seen (a Dirichlet prior): where clicks come evenly, ages tell little apart.
struct DelayTable {
  /// By age; shares that are described as 0 stay so.
  let shares: [Double]
  /// The standard error of the mean age.
  let meanError: Double
  /// That of the logarithm of the clicks due, and so of a conversion rate, as far as the shares are not known.
  let rateError: Double

  /// For how many conversions, their ages seen, the description stands.
  private static let priorConversions = 5.0

  /// A campaign's clicks and conversions by tick, and by age the clicks that were made at least so long before its end.
  private struct Campaign {
    let clicks, conversions: [Double]
    let exposed: [Double]
    let total: Double

    init(_ ticks: [TickResults.Channel], ages: Int) {
      let clicks = ticks.map(\.clicks)
      self.clicks = clicks
      conversions = ticks.map(\.conversions)
      exposed = (0..<ages).map { clicks.dropLast($0).reduce(0, +) }
      total = exposed[0]
    }

    /// By tick: the clicks due.
    func due(_ shares: [Double]) -> [Double] {
      clicks.indices.map { tick in
        (0...min(tick, shares.count - 1)).reduce(0) { $0 + shares[$1] * clicks[tick - $1] }
      }
    }

    /// Conversions that could have been reported, for each click due.
    func rate(_ due: [Double]) -> Double {
      let seen = zip(conversions, due).reduce(0) { $0 + ($1.1 > 0 ? $1.0 : 0) }
      let sum = due.reduce(0, +)
      return sum > 0 ? seen / sum : 0
    }
  }

  /// Estimates a table; nil where the one described has no age to choose, or nothing tells.
  ///
  /// Complexity: at most 2,000 rounds of campaigns × ticks × ages.
  init?(_ shown: [[TickResults.Channel]], described: [Double]) {
    guard described.count(where: { $0 > 0 }) > 1 else { return nil }
    let campaigns = shown.filter { !$0.isEmpty }.map { Campaign($0, ages: described.count) }
    let prior = described.map { Self.priorConversions * $0 }
    var shares = described
    for _ in 0..<2000 {
      let before = shares
      var counts = prior
      for campaign in campaigns {
        let due = campaign.due(shares)
        let rate = campaign.rate(due)
        for age in shares.indices where shares[age] > 0 {
          var reported = 0.0
          for tick in due.indices.dropFirst(age) where due[tick] > 0 {
            reported += campaign.conversions[tick] * campaign.clicks[tick - age] / due[tick]
          }
          counts[age] += shares[age] * (reported + rate * (campaign.total - campaign.exposed[age]))
        }
      }
      let sum = counts.reduce(0, +)
      shares = counts.map { $0 / sum }
      if zip(before, shares).allSatisfy({ abs($0 - $1) < 1e-7 }) { break }
    }
    guard let errors = Self.errors(campaigns, shares, prior) else { return nil }
    self.shares = shares
    (meanError, rateError) = errors
  }

  /// The standard errors of the mean age and of the logarithm of the clicks due, from the expected curvature of the
  /// log-posterior; nil where it has none.
  ///
  /// Shares sum to 1: a curvature along their sum that is large beside all others holds it.
  private static func errors(
    _ campaigns: [Campaign], _ shares: [Double], _ prior: [Double]
  ) -> (mean: Double, rate: Double)? {
    let ages = shares.indices.filter { shares[$0] > 0 }
    var curvature = [Double](repeating: 0, count: ages.count * ages.count)
    var (due, exposed) = (0.0, [Double](repeating: 0, count: ages.count))
    func add(_ weight: Double, _ values: [Double]) {
      for (row, one) in values.enumerated() where one != 0 {
        for (column, other) in values.enumerated() {
          curvature[row * ages.count + column] += weight * one * other
        }
      }
    }
    for campaign in campaigns {
      let dueByTick = campaign.due(shares)
      let (rate, sum) = (campaign.rate(dueByTick), dueByTick.reduce(0, +))
      guard sum > 0 else { continue }
      for tick in dueByTick.indices where dueByTick[tick] > 0 {
        add(rate / dueByTick[tick], ages.map { $0 <= tick ? campaign.clicks[tick - $0] : 0 })
      }
      let own = ages.map { campaign.exposed[$0] }
      add(-rate / sum, own)
      due += sum
      for place in ages.indices { exposed[place] += own[place] }
    }
    guard due > 0 else { return nil }
    for (place, age) in ages.enumerated() {
      curvature[place * ages.count + place] += prior[age] / (shares[age] * shares[age])
    }
    add(1000 * (curvature.max() ?? 1), ages.map { _ in 1 })
    let mean = shares.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
    func error(_ slope: [Double]) -> Double? {
      guard let direction = try? solve(curvature, slope) else { return nil }
      return max(zip(slope, direction).reduce(0) { $0 + $1.0 * $1.1 }, 0).squareRoot()
    }
    guard let ofMean = error(ages.map { Double($0) - mean }), let ofRate = error(exposed.map { $0 / due - 1 })
    else { return nil }
    return (ofMean, ofRate)
  }
}
