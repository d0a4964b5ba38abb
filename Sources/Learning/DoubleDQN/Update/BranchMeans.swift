import CKernels
import LinearAlgebra
import NeuralNetworks

/// The mean weights and bias of each branch's advantages.
///
/// A centred advantage is hidden · (weights of the choice − mean weights), so where one choice per branch counts, the
/// head costs one product of rows per branch, not one per choice. Where the head is not dueling, the means are 0 and so
/// is the state value.
final class BranchMeans: @unchecked Sendable {
  private let network: BranchingNetwork
  private let head: DenseLayer
  /// Branches × head inputs.
  let weights: Matrix
  /// One per branch.
  let biases: Matrix
  /// How much the sum of the advantages counts in the value of a whole action: all of it, or, where that is the mean over
  /// branches, a branch's share.
  private let share: Float
  /// Head inputs: the weights of the state value, less the share of all means.
  private let base: Matrix
  private var baseBias: Float = 0

  init(of network: BranchingNetwork) {
    self.network = network
    head = network.head
    weights = Matrix(rows: network.branches.count, columns: head.inputs)
    biases = Matrix(rows: 1, columns: network.branches.count)
    share = network.shape.aggregation == .branching ? 1 / Float(network.branches.count) : 1
    base = Matrix(rows: 1, columns: head.inputs)
  }

  /// Takes a branch's means from the network as it is now.
  func refresh(_ branch: Int) {
    let branches = network.branches
    guard branches.isDueling else { return }
    let first = branches.starts[branch]
    let size = branches.sizes[branch]
    let parameters = network.parameters.pointer
    ck_mean_row(
      parameters + head.weights + first * head.inputs, size, head.inputs,
      weights.pointer + branch * head.inputs)
    biases[0, branch] = branches.mean(of: parameters + head.biases + first, size)
  }

  /// Brings `total` up to date with the network and the means as they are now.
  func refreshTotal() {
    guard network.branches.isDueling else { return }
    let parameters = network.parameters.pointer
    base.pointer.update(from: parameters + head.weights, count: head.inputs)
    baseBias = parameters[head.biases]
    for branch in 0..<biases.columns {
      addScaled(-share, weights.pointer + branch * head.inputs, to: base.pointer, count: head.inputs)
      baseBias -= share * biases[0, branch]
    }
  }

  /// The value of a whole action of some outputs.
  @inline(__always) func total(
    hidden: UnsafePointer<Float>, outputs: UnsafePointer<Int32>
  ) -> Float {
    let parameters = network.parameters.pointer
    return ck_dueling_sum(
      hidden, head.inputs, parameters + head.weights, parameters + head.biases, base.pointer, baseBias, share,
      outputs, biases.columns)
  }

  /// The state value, then the centred advantage of each branch's chosen output.
  @inline(__always) func values(
    hidden: UnsafePointer<Float>, outputs: UnsafePointer<Int32>, into values: UnsafeMutablePointer<Float>
  ) {
    let parameters = network.parameters.pointer
    ck_dueling_values(
      hidden, head.inputs, parameters + head.weights, parameters + head.biases, weights.pointer,
      biases.pointer,
      outputs, biases.columns, values)
  }

  /// Adds the head's gradients for slopes of the values above (nil leaves them out); advantages' gradients are to be
  /// centred at the end.
  @inline(__always) func backward(
    hidden: UnsafePointer<Float>, outputs: UnsafePointer<Int32>, slopes: UnsafePointer<Float>,
    gradients: UnsafeMutablePointer<Float>?, hiddenGradient: UnsafeMutablePointer<Float>?
  ) {
    ck_dueling_backward(
      hidden, head.inputs, network.parameters.pointer + head.weights, weights.pointer, outputs,
      biases.columns,
      slopes, gradients.map { $0 + head.weights }, gradients.map { $0 + head.biases }, hiddenGradient)
  }

  /// Centres the gradients of each branch's advantages: what a choice gains, the branch's mean takes from all.
  ///
  /// `scratch` is room for one row of the head's weights.
  func centre(gradients: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>) {
    let branches = network.branches
    guard branches.isDueling else {
      // The state value is no part of the values: its parameters stay 0.
      (gradients + head.weights).update(repeating: 0, count: head.inputs)
      gradients[head.biases] = 0
      return
    }
    for branch in 0..<branches.count {
      let (first, size) = (branches.starts[branch], branches.sizes[branch])
      ck_center_rows(gradients + head.weights + first * head.inputs, size, head.inputs, scratch)
      ck_center_rows(gradients + head.biases + first, size, 1, scratch)
    }
  }
}
