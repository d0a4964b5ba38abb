import LinearAlgebra

/// What a policy learned from a log would have been paid, judged on rows that it was not learned from.
public struct LogJudgement: Sendable {
  /// The mean reward of what was done.
  public let behaviour: OffPolicyEstimate
  /// The estimates of the judged policy, by the estimator's name.
  public let estimates: [(estimator: String, estimate: OffPolicyEstimate)]
  /// How many decisions of its own would tell as much.
  public let effectiveSampleSize: Double
  /// Whether the estimates are worth reading: a hundred decisions' worth, and ten that were paid. Below that, intervals by
  /// the normal approximation say nothing, least of all where nothing was paid.
  public let isTrusted: Bool
  /// The largest weight of a row.
  public let largestWeight: Double

  /// Judges probabilities of decisions.
  public init(_ sample: OffPolicySample) {
    var same = sample
    same.targets = sample.propensities
    behaviour = .inversePropensity(same)
    var estimates: [(estimator: String, estimate: OffPolicyEstimate)] = [
      ("replay", .replay(sample)), ("ips", .inversePropensity(sample)),
      ("snips", .selfNormalized(sample)),
    ]
    if let robust = OffPolicyEstimate.doublyRobust(sample) { estimates.append(("dr", robust)) }
    self.estimates = estimates
    effectiveSampleSize = sample.effectiveSampleSize
    let weights = sample.weights
    largestWeight = weights.max() ?? 0
    let paid = weights.indices.count { weights[$0] > 0 && sample.rewards[$0] != 0 }
    isTrusted = effectiveSampleSize >= 100 && paid >= 10
  }

  /// How the policy that a log teaches chooses.
  public enum Lesson: Sendable, Equatable {
    /// The arms of the best rates in draws from their posteriors, whatever the context; rewards are 0 or 1.
    case bernoulliThompson
    /// The arm whose reward, by a ridge regression for each on the context, is highest.
    case linear(penalty: Double)
  }

  /// Learns a policy from each half of a log, every other row, and judges it on the other half.
  public init(of lesson: Lesson, learnedFrom log: RecommendationLog, seed: UInt64) {
    let arms = log.armNames.count
    var targets = [Double](repeating: 0, count: log.count)
    var expected = ExpectedRewards(made: targets, judged: targets)
    for half in 0..<2 {
      let taught = (0..<log.count).filter { $0 % 2 != half }
      let judged = (0..<log.count).filter { $0 % 2 == half }
      switch lesson {
      case .bernoulliThompson:
        var clicks = [Double](repeating: 0, count: arms)
        var shown = clicks
        for row in taught {
          clicks[log.decisions[row].arm] += Double(log.rewards[row])
          shown[log.decisions[row].arm] += 1
        }
        let rate = max(1e-6, clicks.reduce(0, +) / max(1, shown.reduce(0, +)))
        // As if every arm had been clicked once at the mean rate.
        let bandit = BernoulliThompson(
          clicks: clicks.map { $0 + 1 }, misses: zip(shown, clicks).map { $0 - $1 + 1 / rate - 1 + 1e-6 })
        var stream = RandomStream(seed: seed, purpose: .bootstrap, lane: half)
        let shares = bandit.slateProbabilities(positions: log.positions, draws: 20_000, stream: &stream)
        let rates = (0..<arms).map { (clicks[$0] + 1) / (shown[$0] + 1 / rate) }
        for row in judged {
          let position = log.rowPositions[row]
          targets[row] = Double(shares[log.decisions[row].arm, position])
          expected.made[row] = rates[log.decisions[row].arm]
          expected.judged[row] = (0..<arms).reduce(0) { $0 + Double(shares[$1, position]) * rates[$1] }
        }
      case .linear(let penalty):
        let bandit = LinearBandit(
          arms: arms, features: .linear(log.contexts.columns), exploration: .epsilonGreedy(0),
          penalty: penalty)
        let rows = Matrix(rows: taught.count, columns: log.contexts.columns)
        for (place, row) in taught.enumerated() {
          rows.view.row(place).update(from: log.contexts.view.row(row), count: rows.columns)
        }
        bandit.learn(
          rows.view, decisions: taught.map { log.decisions[$0] }, rewards: taught.map { log.rewards[$0] })
        let means = Matrix(rows: log.count, columns: arms)
        bandit.means(log.contexts.view, into: means.view)
        for row in judged {
          let best = (0..<arms).max { means[row, $0] < means[row, $1] } ?? 0
          targets[row] = log.decisions[row].arm == best ? 1 : 0
          expected.made[row] = Double(means[row, log.decisions[row].arm])
          expected.judged[row] = Double(means[row, best])
        }
      }
    }
    self.init(
      OffPolicySample(
        rewards: log.rewards.map { Double($0) }, propensities: log.propensities,
        targets: targets, model: expected))
  }
}
