import COpenBLAS

/// Ridge regression that learns one row at a time, and draws from its posterior: θ ~ N(A⁻¹b, σ²A⁻¹) with
/// A = λI + Σ xxᵀ and b = Σ xy.
///
/// ```swift
/// let regression = RidgeRegression(features: 3, penalty: 1)
/// regression.add([1, 0.2, 0.7], target: 1)
/// regression.solve(into: &weights)               // A⁻¹b
/// regression.deviations(rows, into: deviations)  // √(xᵀA⁻¹x), a row each
/// ```
///
/// It holds the square root of the information (Bierman, "Factorization Methods for Discrete Sequential Estimation",
/// 1977, chapter V): the upper Cholesky factor R with RᵀR = A beside z = R⁻ᵀb. A row is added by n + 1 Givens rotations
/// of (R | z), O(n²), which never subtract and so cannot lose definiteness, as updates of A⁻¹ do. Mean and draws cost
/// one back-substitution each: R θ = z + σε.
public final class RidgeRegression: @unchecked Sendable {
  /// The number of features n.
  public let features: Int
  /// λ: the prior's weight, as if each feature had been seen alone with target 0 at this weight.
  public let penalty: Double
  /// The number of rows added.
  public private(set) var count = 0
  /// (R | z) over (0 | √residual), (n + 1) × (n + 1), row-major, zeros below the diagonal.
  private let factor: UnsafeMutablePointer<Double>
  /// A row being rotated in, or a right-hand side: n + 1.
  private let room: UnsafeMutablePointer<Double>
  private var width: Int { features + 1 }

  /// Creates the regression before any row.
  public init(features: Int, penalty: Double) {
    precondition(features > 0, "A regression needs at least one feature, not \(features).")
    precondition(penalty > 0 && penalty.isFinite, "The penalty must be positive, not \(penalty).")
    self.features = features
    self.penalty = penalty
    factor = .allocate(capacity: (features + 1) * (features + 1))
    room = .allocate(capacity: features + 1)
    reset()
  }

  deinit {
    factor.deallocate()
    room.deallocate()
  }

  /// Forgets every row.
  public func reset() {
    count = 0
    factor.initialize(repeating: 0, count: width * width)
    room.initialize(repeating: 0, count: width)
    for index in 0..<features { factor[index * width + index] = penalty.squareRoot() }
  }

  /// Adds a row of features and its target; O(n²).
  ///
  /// - Parameter weight: how many rows it counts as.
  public func add(_ row: Span<Float>, target: Float, weight: Float = 1) {
    precondition(row.count == features, "A row has \(features) features, not \(row.count).")
    precondition(weight >= 0, "A row cannot weigh \(weight).")
    let root = Double(weight).squareRoot()
    for index in 0..<features { room[index] = root * Double(row[index]) }
    room[features] = root * Double(target)
    for index in 0..<width {
      guard room[index] != 0 else { continue }
      var (cosine, sine) = (0.0, 0.0)
      cblas_drotg(&factor[index * width + index], &room[index], &cosine, &sine)
      let rest = Int32(width - index - 1)
      cblas_drot(rest, factor + index * width + index + 1, 1, room + index + 1, 1, cosine, sine)
    }
    count += 1
  }

  /// Makes all rows so far, and the penalty, count `share` times: with a share below 1 old rows fade.
  public func fade(by share: Double) {
    precondition(share > 0 && share <= 1, "Rows fade by a share in (0, 1], not \(share).")
    cblas_dscal(Int32(width * width), share.squareRoot(), factor, 1)
  }

  /// Writes the weights A⁻¹b; O(n²).
  public func solve(into weights: inout MutableSpan<Float>) {
    for index in 0..<features { room[index] = factor[index * width + features] }
    backSubstitute(into: &weights)
  }

  /// Writes a draw from N(A⁻¹b, deviation² A⁻¹); O(n²).
  public func draw(deviation: Double, into weights: inout MutableSpan<Float>, stream: inout RandomStream) {
    for index in 0..<features {
      room[index] = factor[index * width + features] + deviation * Double(stream.normal())
    }
    backSubstitute(into: &weights)
  }

  /// Writes √(xᵀA⁻¹x) of every row x: the standard deviation of its prediction, in units of the noise's.
  ///
  /// One triangular product: O(n²) a row.
  ///
  /// - Parameters:
  ///   - rows: rows × features.
  ///   - deviations: rows × 1; may be a column of a wider matrix.
  public func deviations(_ rows: MatrixView, into deviations: MatrixView) {
    precondition(
      rows.columns == features && deviations.rows == rows.rows && deviations.columns == 1,
      "Rows of \(features) features have a column of as many deviations.")
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, rows.rows * features)) { buffer in
      guard let base = buffer.baseAddress else { return }
      for row in 0..<rows.rows {
        for column in 0..<features { base[row * features + column] = Double(rows[row, column]) }
      }
      cblas_dtrsm(
        CblasRowMajor, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, Int32(rows.rows),
        Int32(features), 1, factor, Int32(width), base, Int32(features))
      for row in 0..<rows.rows {
        deviations[row, 0] = Float(cblas_dnrm2(Int32(features), base + row * features, 1))
      }
    }
  }

  private func backSubstitute(into weights: inout MutableSpan<Float>) {
    precondition(weights.count == features, "There are \(features) weights, not \(weights.count).")
    cblas_dtrsv(
      CblasRowMajor, CblasUpper, CblasNoTrans, CblasNonUnit, Int32(features), factor, Int32(width), room, 1)
    for index in 0..<features { weights[index] = Float(room[index]) }
  }
}
