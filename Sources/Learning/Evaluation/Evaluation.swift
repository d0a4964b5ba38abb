import Environments
import LinearAlgebra

/// The seed of the environment of an evaluation: 2^63 or above, where no training seed lies, so that an evaluation
/// never meets an episode of training.
package func evaluationSeed(_ seed: UInt64) -> UInt64 { seed | 1 << 63 }

/// Plays episodes of an environment and sums up their returns.
///
/// Every lane plays a fixed number of episodes, so that long and short episodes count alike; equal seeds, episode
/// counts and lane counts give every policy the same streams of chance.
///
/// - Parameters:
///   - environment: the problem.
///   - episodes: how many episodes to play.
///   - seed: decides all randomness, by way of `evaluationSeed`.
///   - lanes: how many episodes run side by side; by default all, up to 1024.
///   - threads: the most threads of a step; nil for as many as there are processors.
///   - discount: what a reward one step later is worth in the discounted returns.
///   - act: writes lanes × branches choices for lanes × observation size raw observations.
public func evaluate<E: Environment>(
  _ environment: E, episodes: Int, seed: UInt64, lanes: Int? = nil, threads: Int? = nil,
  discount: Double = 1,
  act: (_ observations: MatrixView, _ actions: UnsafeMutablePointer<Int32>) throws -> Void
) rethrows -> EvaluationSummary {
  precondition(episodes > 0, "An evaluation needs at least one episode, not \(episodes).")
  let lanes = min(lanes ?? 1024, episodes)
  let field = VectorEnvironment(count: lanes, seed: evaluationSeed(seed), threads: threads) { environment }
  var actions = [Int32](repeating: 0, count: lanes * environment.actionSpace.branchCount)
  var returns = [Double](repeating: 0, count: episodes)
  var discountedReturns = returns
  var weights = [Double](repeating: 1, count: episodes)
  var lengths = [Int](repeating: 0, count: episodes)
  // The episode each lane is playing; lane l plays episodes l, l + lanes, l + 2 · lanes, ….
  var playing = Array(0..<lanes)
  var running = episodes
  field.reset()
  while running > 0 {
    try actions.withUnsafeMutableBufferPointer { buffer in
      guard let first = buffer.baseAddress else { return }
      try act(field.observations.view, first)
    }
    field.step(actions: actions)
    for lane in 0..<lanes where playing[lane] < episodes {
      returns[playing[lane]] += Double(field.rewards[lane])
      discountedReturns[playing[lane]] += weights[playing[lane]] * Double(field.rewards[lane])
      weights[playing[lane]] *= discount
      lengths[playing[lane]] += 1
      if field.results.hasEnded(lane) {
        playing[lane] += lanes
        running -= 1
      }
    }
  }
  return EvaluationSummary(returns: returns, lengths: lengths, discountedReturns: discountedReturns)
}
