import Environments
import LinearAlgebra

/// What all lanes played for a number of steps, and what it was worth.
///
/// Row t · lanes + lane holds step t of a lane; every array has `steps · lanes` rows.
package final class Rollout {
  /// The number of lanes.
  package let lanes: Int
  /// The number of steps of each lane.
  package let steps: Int
  /// Rows × observation size: what was seen, raw.
  package let observations: Matrix
  /// Rows × branches: what was played.
  package let actions: Buffer<Int32>
  /// Rows: the log-probability of what was played.
  package let logProbabilities: Buffer<Float>
  /// Rows: the reward, scaled for learning.
  package let rewards: Buffer<Float>
  /// Rows: the critic's value of the state played in.
  package let values: Buffer<Float>
  /// Rows: the critic's value of the state reached, before a new episode began; 0 if it was terminal.
  package let nextValues: Buffer<Float>
  /// Rows: whether the episode ended with the step, terminated or truncated.
  package let ended: Buffer<Bool>
  /// Rows: how much better than expected the step and what followed was.
  package let advantages: Buffer<Float>
  /// Rows: what the value of the state played in should be: value + advantage.
  package let returns: Buffer<Float>

  /// The number of rows.
  package var count: Int { steps * lanes }

  /// Makes room for some steps of all lanes.
  package convenience init<E: Environment>(of environments: VectorEnvironment<E>, steps: Int) {
    let problem = environments.environment
    self.init(
      lanes: environments.count, steps: steps, observationSize: problem.observationLayout.size,
      branches: problem.actionSpace.branchCount)
  }

  /// Makes room.
  package init(lanes: Int, steps: Int, observationSize: Int, branches: Int) {
    precondition(lanes > 0 && steps > 0, "A rollout needs lanes and steps, not \(lanes) and \(steps).")
    self.lanes = lanes
    self.steps = steps
    let count = lanes * steps
    observations = Matrix(rows: count, columns: observationSize)
    actions = Buffer(repeating: 0, count: count * branches)
    logProbabilities = Buffer(repeating: 0, count: count)
    rewards = Buffer(repeating: 0, count: count)
    values = Buffer(repeating: 0, count: count)
    nextValues = Buffer(repeating: 0, count: count)
    ended = Buffer(repeating: false, count: count)
    advantages = Buffer(repeating: 0, count: count)
    returns = Buffer(repeating: 0, count: count)
  }

  /// Fills advantages and returns by generalised advantage estimation (Schulman et al., 2016, equation 16):
  /// A_t = δ_t + γ λ A_{t+1} within an episode, δ_t = r_t + γ V(s_{t+1}) − V(s_t).
  ///
  /// A truncated episode's last step looks ahead to the value of the state reached; a terminated one's to nothing. With
  /// λ = 1 the returns are those of Monte Carlo.
  package func estimateAdvantages(discount: Float, traceDecay: Float) {
    for lane in 0..<lanes {
      var following: Float = 0
      for step in (0..<steps).reversed() {
        let row = step * lanes + lane
        let error = rewards[row] + discount * nextValues[row] - values[row]
        following = error + (ended[row] ? 0 : discount * traceDecay * following)
        advantages[row] = following
        returns[row] = values[row] + following
      }
    }
  }
}
