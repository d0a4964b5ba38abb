import Environments
import NeuralNetworks

/// The largest return of a deterministic environment's episodes, found by playing every sequence of actions.
///
/// All sequences are played side by side, a lane each, so joint actions to the power of `steps` must stay below 2^24: the
/// ground truth of small problems.
///
/// - Parameters:
///   - environment: a problem without chance, in which all episodes begin alike and last at least `steps` steps.
///   - steps: how many steps are played.
package func exhaustiveReturn(of environment: some Environment, steps: Int) -> Double {
  let branchSizes = environment.actionSpace.branchSizes
  let joint = JointActions(branchSizes: branchSizes)
  var sequences = 1
  for _ in 0..<steps { sequences *= joint.count }
  precondition(steps > 0 && sequences <= 1 << 24, "\(sequences) sequences are too many to be played.")
  let lanes = VectorEnvironment(count: sequences, seed: 0) { environment }
  var actions = [Int32](repeating: 0, count: sequences * branchSizes.count)
  var returns = [Double](repeating: 0, count: sequences)
  lanes.reset()
  var period = 1
  for _ in 0..<steps {
    actions.withUnsafeMutableBufferPointer { actions in
      guard let first = actions.baseAddress else { return }
      for lane in 0..<sequences {
        joint.write(lane / period % joint.count, into: first + lane * branchSizes.count)
      }
    }
    lanes.step(actions: actions)
    for lane in 0..<sequences { returns[lane] += Double(lanes.rewards[lane]) }
    period *= joint.count
  }
  return returns.max() ?? 0
}
