import Environments
import LinearAlgebra

/// A user who is entertained by clickbait and worn out by it: RecSim's long-term satisfaction (Ie et al., "RecSim: a
/// configurable simulation platform for recommender systems", 2019, section 5.3).
///
/// Each step shows a slate of fresh candidates with clickbait scores c uniform in 0…1; the user takes what stands first.
/// His engagement, the reward, is e^x with x ~ N(s (5c + 4(1 − c)), 1), s = σ(sensitivity · exposure). Exposure becomes
/// 0.7 · exposure − 2(c − ½) + N(0, 0.05²). A visit has 60 steps. Neither exposure nor satisfaction is seen: a row tells
/// what was clicked lately, weighted as exposure is, the last engagement, and the share of the visit that is left.
public struct LongTermSatisfaction: SlateWorld, Equatable {
  /// The number of candidates of a step.
  public var candidates = 20
  /// The number of positions of a slate.
  public var positions = 2
  /// How much exposure moves satisfaction. The published 0.01 hardly does: the myopic are right there. From 0.3 on,
  /// looking ahead pays.
  public var sensitivity: Float = 0.01
  /// What is left of exposure a step later.
  package var memory: Float = 0.7
  /// The mean of log-engagement at full satisfaction, of clickbait and of its opposite.
  package var clickbaitMean: Float = 5
  /// See `clickbaitMean`.
  package var qualityMean: Float = 4
  /// The standard deviation of log-engagement.
  public var deviation: Float = 1
  /// The standard deviation of exposure's chance.
  package var innovation: Float = 0.05
  /// The number of steps of a visit.
  public var steps = 60

  /// The published world.
  public init() {}

  /// The user and his candidates.
  public struct State: Sendable {
    var exposure: Float
    var seenExposure: Float = 0
    var logEngagement: Float = 0
    var left: Int
    var scores: [Float]
  }

  /// Three columns of the user's, one a candidate.
  public var slateLayout: SlateLayout {
    SlateLayout(
      userColumns: 3, candidates: candidates, itemColumns: 1, positions: positions, choice: .first)
  }
  /// Names by column.
  public var observationLayout: ObservationLayout {
    ObservationLayout(
      names: ["clickbait_lately", "log_engagement", "visit_left"]
        + (0..<candidates).map { "clickbait:\($0)" })
  }

  /// A new user.
  public func makeState(stream: inout RandomStream) -> State {
    var state = State(
      exposure: (stream.uniform() - 0.5) / (1 - memory), left: steps,
      scores: [Float](repeating: 0, count: candidates))
    drawCandidates(&state, stream: &stream)
    return state
  }

  /// Writes the row of a user and his candidates.
  public func observe(_ state: State, into row: inout MutableSpan<Float>) {
    row[0] = state.seenExposure * (1 - memory)
    row[1] = state.logEngagement / clickbaitMean
    row[2] = Float(state.left) / Float(steps)
    for candidate in 0..<candidates { row[3 + candidate] = state.scores[candidate] }
  }

  /// Shows a slate.
  public func step(
    _ state: inout State, action: Span<Int32>, stream: inout RandomStream
  ) -> ScalarStep {
    let score = state.scores[Int(action[0])]
    let mean = score * clickbaitMean + (1 - score) * qualityMean
    let logEngagement = mean * logistic(sensitivity * state.exposure) + deviation * stream.normal()
    state.exposure = memory * state.exposure - 2 * (score - 0.5) + innovation * stream.normal()
    state.seenExposure = memory * state.seenExposure - 2 * (score - 0.5)
    state.logEngagement = logEngagement
    state.left -= 1
    drawCandidates(&state, stream: &stream)
    return ScalarStep(reward: ScalarKernels.exp(logEngagement), terminated: state.left == 0)
  }

  private func drawCandidates(_ state: inout State, stream: inout RandomStream) {
    for candidate in 0..<candidates { state.scores[candidate] = stream.uniform() }
  }
}
