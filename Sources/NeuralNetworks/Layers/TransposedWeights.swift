import CKernels
import LinearAlgebra

/// A copy of a network's weights, each layer's transposed to inputs × outputs.
///
/// Passes forward read it where OpenBLAS multiplies small matrices where they lie, because a product with a matrix as it
/// stands is then faster than one with its transpose (see `multiply`); everything else reads the parameters. Of a wide
/// head there is no copy, and elsewhere there is none at all. Whoever writes parameters refreshes the copy.
package final class TransposedWeights: @unchecked Sendable {
  /// Whether the head is among the layers.
  package let holdsHead: Bool
  /// At the place of each layer's weights in the flat buffer.
  private let storage: Matrix
  /// All blocks of the layers whose copies there are.
  package let blocks: [ParameterBlock]

  package init(shape: NetworkShape) {
    holdsHead = multipliesSmallMatricesDirectly && !shape.isWide
    let layers = multipliesSmallMatricesDirectly ? shape.layers.dropLast(holdsHead ? 0 : 1) : []
    storage = Matrix(rows: 1, columns: layers.last?.biases ?? 0)
    blocks = ParameterBlock.blocks(of: layers)
  }

  /// Whether products with so many columns are to be taken from here. With a remainder of 1 to 8 columns modulo 16
  /// OpenBLAS's direct kernels allocate memory in each call, which neither updates nor acting may.
  package static func suits(columns: Int) -> Bool {
    multipliesSmallMatricesDirectly && (columns % 16 == 0 || columns % 16 > 8)
  }

  /// The weights of a layer: inputs × outputs.
  package func weights(of layer: DenseLayer) -> MatrixView { layer.transposedWeights(in: storage.pointer) }

  /// Copies a block's weights, where its layer has a copy, from the parameters as they are now.
  package func refresh(_ block: ParameterBlock, from parameters: UnsafeMutablePointer<Float>) {
    guard block.layer.weights < storage.count else { return }
    let from = block.layer.weights(in: parameters)
    let to = weights(of: block.layer)
    let first = block.outputs.lowerBound
    ck_transpose(
      from.row(first), from.stride, to.pointer + first, to.stride, block.outputs.count, from.columns)
  }
}
