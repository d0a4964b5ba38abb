import LinearAlgebra

/// The activations of a forward pass, kept so that passes allocate nothing; one pass at a time uses it.
///
/// Of a branching network it holds the trunk's: the head writes where the caller wants its values.
public final class ForwardWorkspace: @unchecked Sendable {
  /// The largest number of rows of a pass.
  public let maximumBatch: Int
  /// Activations of each layer behind one another: `maximumBatch` rows of its width.
  private let storage: Matrix
  private let offsets: Buffer<Int>
  private let widths: Buffer<Int>
  private let layerCount: Int

  /// Creates a workspace for networks of a shape and up to `maximumBatch` rows at once.
  public convenience init(shape: NetworkShape, maximumBatch: Int) {
    self.init(layers: shape.layers.dropLast(), maximumBatch: maximumBatch)
  }

  init(layers: some Collection<DenseLayer>, maximumBatch: Int) {
    precondition(maximumBatch > 0, "A workspace needs room for at least one row.")
    self.maximumBatch = maximumBatch
    layerCount = layers.count
    let widths = layers.map(\.outputs)
    var count = 0
    offsets = Buffer(count: layerCount) { layer in
      defer { count += maximumBatch * widths[layer] }
      return count
    }
    self.widths = Buffer(widths)
    storage = Matrix(rows: 1, columns: count)
  }

  /// The outputs of a layer for a range of rows.
  package func activations(_ layer: Int, rows: Range<Int>) -> MatrixView {
    assert(layer < layerCount && rows.upperBound <= maximumBatch)
    let width = widths.pointer[layer]
    return MatrixView(
      pointer: storage.pointer + offsets.pointer[layer] + rows.lowerBound * width, rows: rows.count,
      columns: width,
      stride: width)
  }

  /// The outputs of the last layer for a range of rows; nil where there is no layer.
  package func last(rows: Range<Int>) -> MatrixView? { layerCount == 0 ? nil : outputs(rows: rows) }

  /// The outputs of the last layer for a range of rows.
  package func outputs(rows: Range<Int>) -> MatrixView { activations(layerCount - 1, rows: rows) }
}
