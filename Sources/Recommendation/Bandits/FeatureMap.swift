import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a linear model reads of a context.
public final class FeatureMap: Sendable {
  /// The length of a context row.
  public let contextSize: Int
  /// Taken off a context first.
  private let center: [Float]
  /// What the centred context is multiplied with.
  private let scale: Float
  /// Context size × number of frequencies.
  private let frequencies: Matrix
  private var count: Int { frequencies.columns }

  private init(contextSize: Int, center: [Float], scale: Float, frequencies: consuming Matrix) {
    self.contextSize = contextSize
    self.center = center
    self.scale = scale
    self.frequencies = frequencies
  }

  /// The number of features: cosines and sines, the context, and a constant.
  public var size: Int { 2 * count + contextSize + 1 }

  /// The context's columns and a constant 1.
  public static func linear(_ contextSize: Int) -> FeatureMap {
    precondition(contextSize > 0, "A context needs at least one column.")
    return FeatureMap(
      contextSize: contextSize, center: [Float](repeating: 0, count: contextSize), scale: 1,
      frequencies: Matrix(rows: contextSize, columns: 0))
  }

  /// Random Fourier features beside the centred context and a constant 1, so that a linear model of them is a model of a
  /// line and any smooth function around it.
  ///
  /// Inner products of the cosines and sines approximate the kernel exp(−‖x − y‖² / m), m the median squared distance of
  /// the given contexts (Rahimi and Recht, 2007).
  ///
  /// - Parameters:
  ///   - contexts: rows × context size: what contexts look like; the first 200 are read.
  ///   - count: the number of frequencies.
  ///   - seed: decides the frequencies.
  public static func fourier(like contexts: MatrixView, count: Int, seed: UInt64) -> FeatureMap {
    precondition(count > 0, "Fourier features need at least one frequency, not \(count).")
    let sample = contexts.rows(0..<min(contexts.rows, 200))
    var stream = RandomStream(seed: seed, purpose: .initialization, lane: 0xF00)
    let center = (0..<sample.columns).map { column in
      (0..<sample.rows).reduce(Float(0)) { $0 + sample[$1, column] } / Float(max(1, sample.rows))
    }
    let frequencies = Matrix(
      rows: contexts.columns, columns: count,
      (0..<contexts.columns * count).map { _ in stream.normal() })
    return FeatureMap(
      contextSize: contexts.columns, center: center,
      scale: (2 / medianSquaredDistance(sample)).squareRoot(), frequencies: frequencies)
  }

  /// Writes the features of many contexts.
  ///
  /// - Parameters:
  ///   - contexts: rows × context size.
  ///   - features: rows × size.
  public func write(_ contexts: MatrixView, into features: MatrixView) {
    precondition(
      contexts.columns == contextSize && features.columns == size && features.rows == contexts.rows,
      "The map takes rows of \(contextSize) columns to as many rows of \(size).")
    for row in 0..<contexts.rows {
      let cells = features.row(row) + 2 * count
      for column in 0..<contextSize { cells[column] = scale * (contexts[row, column] - center[column]) }
      cells[contextSize] = 1
    }
    guard count > 0 else { return }
    multiply(
      features.columns(2 * count..<2 * count + contextSize), frequencies.view,
      into: features.columns(0..<count))
    let norm = 1 / Float(count).squareRoot()
    for row in 0..<contexts.rows {
      let cells = features.row(row)
      for index in 0..<count {
        let angle = cells[index]
        cells[index] = norm * cosf(angle)
        cells[count + index] = norm * sinf(angle)
      }
    }
  }

  private static func medianSquaredDistance(_ contexts: MatrixView) -> Float {
    var distances: [Float] = []
    for first in 0..<contexts.rows {
      for second in first + 1..<contexts.rows {
        let sum = (0..<contexts.columns).reduce(Float(0)) {
          let difference = contexts[first, $1] - contexts[second, $1]
          return $0 + difference * difference
        }
        if sum > 0 { distances.append(sum) }
      }
    }
    distances.sort()
    // Contexts that are all alike have no scale of their own.
    return distances.isEmpty ? 2 : distances[distances.count / 2]
  }
}
