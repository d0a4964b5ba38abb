import Environments
import Learning
import LinearAlgebra
import Testing

/// Episodes of length 1, 2, 3, … whose length is drawn at the start; every step pays the action plus 1.
private struct Lengths: ScalarEnvironment {
  struct State {
    var left: Int
  }
  var observationLayout: ObservationLayout { ObservationLayout(size: 1) }
  var actionSpace: ActionSpace { ActionSpace(branchSizes: [2]) }
  func makeState(stream: inout RandomStream) -> State {
    State(left: stream.uniform() < 0.5 ? 1 : 9)
  }
  func observe(_ state: State, into row: inout MutableSpan<Float>) { row[0] = Float(state.left) }
  func step(_ state: inout State, action: Span<Int32>, stream: inout RandomStream) -> ScalarStep {
    state.left -= 1
    return ScalarStep(reward: 1 + Float(action[0]), terminated: state.left == 0)
  }
}

@Suite struct EvaluationTests {
  @Test(
    "Every lane plays its share, long episodes included",
    arguments: [(1, 1), (10, 3), (100, 100), (1000, 64), (2000, nil)] as [(Int, Int?)])
  func everyLanePlaysItsShare(episodes: Int, lanes: Int?) {
    let summary = evaluate(Lengths(), episodes: episodes, seed: 4, lanes: lanes) { observations, actions in
      for lane in 0..<observations.rows { actions[lane] = 1 }
    }
    #expect(summary.episodes == episodes)
    #expect(zip(summary.returns, summary.lengths).allSatisfy { $0 == 2 * Double($1) })
    #expect(summary.lengths.allSatisfy { $0 == 1 || $0 == 9 })
    #expect(summary.averageReward == 2)
    // First-finished counting would see far too many short ones. False alarm: below once in a million seeds.
    if episodes >= 1000 {
      let long = summary.lengths.count { $0 == 9 }
      #expect(abs(Double(long) - 0.5 * Double(episodes)) < 2.5 * Double(episodes).squareRoot())
    }
  }

  @Test func discountedReturnsWeighLaterRewardsLess() {
    let summary = evaluate(Lengths(), episodes: 20, seed: 4, lanes: 6, discount: 0.5) {
      observations, actions in
      for lane in 0..<observations.rows { actions[lane] = 1 }
    }
    for (length, value) in zip(summary.lengths, summary.discountedReturns) {
      #expect(value == (length == 1 ? 2 : 4 - 1.0 / 128))
    }
    #expect(Set(summary.lengths) == [1, 9])
    #expect(summary.successRate(threshold: 18) == Double(summary.lengths.count { $0 == 9 }) / 20)
  }

  @Test func evaluationSharesNoChanceWithTraining() {
    let training = VectorEnvironment(count: 50, seed: 4) { CartPole() }
    let evaluation = VectorEnvironment(count: 50, seed: evaluationSeed(4)) { CartPole() }
    training.reset()
    evaluation.reset()
    #expect(Set(training.observations.elements).isDisjoint(with: evaluation.observations.elements))
    #expect(evaluationSeed(4) != evaluationSeed(5))
  }

  @Test func aSummaryStatesMeanAndInterval() {
    let summary = EvaluationSummary(returns: [1, 2, 3, 4], lengths: [1, 1, 1, 2])
    #expect(summary.mean == 2.5)
    #expect(abs(summary.standardDeviation - (5.0 / 3).squareRoot()) < 1e-12)
    #expect(abs(summary.standardError - (5.0 / 12).squareRoot()) < 1e-12)
    #expect(abs(summary.ci95.upperBound - (2.5 + 1.959964 * (5.0 / 12).squareRoot())) < 1e-9)
    #expect(summary.averageReward == 2 && summary.cumulativeReward == 10 && summary.meanLength == 1.25)
    #expect(
      "\(summary)" == "mean return 2.5 (95 % interval 1.2348 to 3.7652, 4 episodes, reward per step 2.0)")
    #expect("\(EvaluationSummary(returns: [-123456.78], lengths: [1]))".hasPrefix("mean return -123457.0 "))
  }
}
