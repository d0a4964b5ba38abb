import LinearAlgebra
import NeuralNetworks

/// One shard's way through the trunks of the online and the target network, up with states and next states and down with
/// the gradient.
final class TrunkPass: @unchecked Sendable {
  private let online: BranchingNetwork
  private let target: BranchingNetwork
  /// The online network's activations for states and, behind them, next states.
  private let onlineActivations: ForwardWorkspace
  /// The target network's for next states; then the gradients of every layer's output.
  private let targetActivations: ForwardWorkspace

  /// What the online head reads for the states.
  private(set) var hidden: MatrixView
  /// What the online head reads for the next states; only of double DQN.
  private(set) var nextHidden: MatrixView
  /// What the target head reads for the next states. Read it row by row before the row's slope is written.
  private(set) var targetHidden: MatrixView
  /// Where the gradient by `hidden` goes, in the place of `targetHidden`; nil where nothing lies below the head.
  private(set) var slopes: MatrixView?

  /// Makes room for `capacity` rows.
  init(online: BranchingNetwork, target: BranchingNetwork, capacity: Int) {
    self.online = online
    self.target = target
    onlineActivations = ForwardWorkspace(shape: online.shape, maximumBatch: 2 * capacity)
    targetActivations = ForwardWorkspace(shape: online.shape, maximumBatch: capacity)
    let nothing = MatrixView(pointer: online.parameters.pointer, rows: 0, columns: 0, stride: 0)
    (hidden, nextHidden, targetHidden) = (nothing, nothing, nothing)
  }

  /// Carries rows of a batch up; `isDouble` asks for the online network's view of the next states too.
  func forward(_ batch: TransitionBatch, rows range: Range<Int>, isDouble: Bool) {
    let (rows, nextRows) = (0..<range.count, range.count..<2 * range.count)
    let (states, nextStates) = (batch.observations.rows(range), batch.nextObservations.rows(range))
    if isDouble {
      online.forwardTrunk(states, followedBy: nextStates, workspace: onlineActivations)
    } else {
      online.forwardTrunk(states, workspace: onlineActivations, rows: rows)
    }
    target.forwardTrunk(nextStates, workspace: targetActivations, rows: rows)
    hidden = onlineActivations.last(rows: rows) ?? states
    slopes = targetActivations.last(rows: rows)
    targetHidden = slopes ?? nextStates
    nextHidden = isDouble ? onlineActivations.last(rows: nextRows) ?? nextStates : targetHidden
  }

  /// Carries the gradient in `slopes` down, writing the trunk's parameter gradients.
  func backward(_ batch: TransitionBatch, rows range: Range<Int>, gradients: UnsafeMutablePointer<Float>) {
    backpropagate(
      online.layers.dropLast(), parameters: online.parameters.pointer, input: batch.observations.rows(range),
      activations: onlineActivations, slopes: targetActivations, rows: 0..<range.count, rectifiesLast: true,
      gradients: gradients)
  }
}
