import Foundation
import LinearAlgebra
import Testing

import Recommendation

struct BanditTests {
  /// Three points of the plane, each with an arm that pays.
  private final class World {
    let contexts: Matrix
    let paying: [Int]

    init(_ count: Int, lane: Int) {
      var stream = RandomStream(seed: 3, purpose: .test, lane: lane)
      let centers: [(Float, Float)] = [(0, 0), (1, 0), (0.5, 1)]
      contexts = Matrix(rows: count, columns: 2)
      paying = (0..<count).map { _ in stream.integer(below: 3) }
      for (row, arm) in paying.enumerated() {
        contexts[row, 0] = centers[arm].0 + 0.1 * stream.normal()
        contexts[row, 1] = centers[arm].1 + 0.1 * stream.normal()
      }
    }
  }

  private func play(_ bandit: any ContextualBandit, rounds: Int, lane: Int = 0) -> Float {
    let world = World(rounds, lane: lane)
    var stream = RandomStream(seed: 4, purpose: .exploration, lane: lane)
    var late: Float = 0
    for first in stride(from: 0, to: rounds, by: 10) {
      let rows = world.contexts.view.rows(first..<first + 10)
      let decisions = bandit.choose(rows, stream: &stream)
      let rewards = decisions.indices.map { decisions[$0].arm == world.paying[first + $0] ? Float(1) : 0 }
      bandit.learn(rows, decisions: decisions, rewards: rewards)
      if first >= rounds / 2 { late += rewards.reduce(0, +) }
    }
    return late / Float(rounds / 2)
  }

  static let explorations: [BanditExploration] = [
    .epsilonGreedy(0.05), .upperConfidence(0.3), .thompson(deviation: 0.3, draws: 20),
  ]

  /// A learner that ignores contexts is paid a third.
  @Test(arguments: explorations) func linearBanditsLearnWhichArmPays(exploration: BanditExploration) {
    let linear = LinearBandit(arms: 3, features: .linear(2), exploration: exploration)
    #expect(play(linear, rounds: 600) > 0.9)
    let sample = World(50, lane: 7)
    let fourier = LinearBandit(
      arms: 3, features: .fourier(like: sample.contexts.view, count: 30, seed: 1), exploration: exploration)
    #expect(play(fourier, rounds: 600) > 0.9)
  }

  @Test func neuralLinearLearnsWhichArmPays() {
    let bandit = NeuralLinearBandit(arms: 3, contextSize: 2, configuration: .init(hidden: [16]), seed: 1)
    #expect(play(bandit, rounds: 800) > 0.9)
  }

  @Test func equalSeedsPlayAlike() {
    let once = NeuralLinearBandit(arms: 3, contextSize: 2, configuration: .init(hidden: [8]), seed: 1)
    let again = NeuralLinearBandit(arms: 3, contextSize: 2, configuration: .init(hidden: [8]), seed: 1)
    #expect(play(once, rounds: 300) == play(again, rounds: 300))
  }

  /// Arms are drawn as often as their logged propensities say: within 5 standard errors, false alarms 3 × 6e-7.
  @Test(arguments: explorations) func propensitiesAreWhatIsPlayed(exploration: BanditExploration) {
    let bandit = LinearBandit(arms: 3, features: .linear(2), exploration: exploration)
    _ = play(bandit, rounds: 60)
    var stream = RandomStream(seed: 9, purpose: .test)
    let context = Matrix(rows: 1, columns: 2, [0.4, 0.5])
    let rounds = 4000
    // Over many rounds, arm a is played Σ p(a) times in the mean; Thompson's probabilities are drawn each time.
    var expected = [Double](repeating: 0, count: 3)
    var played = expected
    for _ in 0..<rounds {
      let table = Matrix(rows: 1, columns: 3)
      var copy = stream
      bandit.probabilities(context.view, into: table.view, stream: &copy)
      let decision = bandit.choose(context.view, stream: &stream)[0]
      #expect(decision.propensity == table[0, decision.arm])
      #expect(abs(table.elements.reduce(0, +) - 1) < 1e-5)
      for arm in 0..<3 { expected[arm] += Double(table[0, arm]) }
      played[decision.arm] += 1
    }
    for arm in 0..<3 {
      #expect(abs(played[arm] - expected[arm]) <= 5 * (Double(rounds) / 4).squareRoot())
    }
  }

  @Test func tiesAreShared() {
    let bandit = LinearBandit(arms: 4, features: .linear(1))
    let table = Matrix(rows: 1, columns: 4)
    var stream = RandomStream(seed: 1, purpose: .test)
    let context = Matrix(rows: 1, columns: 1, [1])
    bandit.probabilities(context.view, into: table.view, stream: &stream)
    #expect(table.elements == [0.25, 0.25, 0.25, 0.25])
  }

  /// Inner products of Fourier features approximate the kernel, with a standard error of at most 1/√count.
  @Test func fourierFeaturesApproximateTheKernel() {
    let contexts = normalMatrix(rows: 40, columns: 3)
    let map = FeatureMap.fourier(like: contexts.view, count: 4000, seed: 2)
    let features = Matrix(rows: 40, columns: map.size)
    map.write(contexts.view, into: features.view)
    var distances: [Float] = []
    for i in 0..<40 { for j in 0..<i { distances.append(squaredDistance(contexts.view, i, j)) } }
    distances.sort()
    let median = distances[distances.count / 2]
    for (i, j) in [(0, 1), (2, 3), (5, 5), (7, 30)] {
      let kernel = exp(-squaredDistance(contexts.view, i, j) / median)
      let product = dot(features.view.row(i), features.view.row(j), count: 8000)
      #expect(abs(product - kernel) < 5 / Float(4000).squareRoot())
    }
  }

  private func normalMatrix(rows: Int, columns: Int) -> Matrix {
    var stream = RandomStream(seed: 12, purpose: .test)
    return Matrix(rows: rows, columns: columns, (0..<rows * columns).map { _ in stream.normal() })
  }

  private func squaredDistance(_ rows: MatrixView, _ i: Int, _ j: Int) -> Float {
    (0..<rows.columns).reduce(0) { $0 + (rows[i, $1] - rows[j, $1]) * (rows[i, $1] - rows[j, $1]) }
  }
}
