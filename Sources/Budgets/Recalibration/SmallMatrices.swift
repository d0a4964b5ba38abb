/// A 2 × 2 matrix by rows.
struct Matrix2 {
  var x, y: SIMD2<Double>

  init(_ x: SIMD2<Double>, _ y: SIMD2<Double>) { (self.x, self.y) = (x, y) }
  init(diagonal: SIMD2<Double>) { self.init([diagonal.x, 0], [0, diagonal.y]) }

  static let identity = Matrix2(diagonal: [1, 1])

  var diagonal: SIMD2<Double> { [x.x, y.y] }
  var transposed: Matrix2 { Matrix2([x.x, y.x], [x.y, y.y]) }

  /// Of a matrix that has one.
  var inverse: Matrix2 {
    let scale = 1 / (x.x * y.y - x.y * y.x)
    return Matrix2([y.y * scale, -x.y * scale], [-y.x * scale, x.x * scale])
  }

  func scaled(_ factor: Double) -> Matrix2 { Matrix2(factor * x, factor * y) }

  /// Of a symmetric matrix: the part of its eigenvalues that are above 0.
  var positivePart: Matrix2 {
    let (middle, half) = (0.5 * (x.x + y.y), 0.5 * (x.x - y.y))
    let radius = (half * half + x.y * x.y).squareRoot()
    guard middle - radius < 0 else { return self }
    let largest = max(middle + radius, 0)
    guard radius > 0 else { return Matrix2(diagonal: [largest, largest]) }
    // The projector on the eigenvector of the largest, which alone may be above 0.
    let (cosine, sine) = (half / radius, x.y / radius)
    return Matrix2(0.5 * largest * [1 + cosine, sine], 0.5 * largest * [sine, 1 - cosine])
  }

  static func + (left: Matrix2, right: Matrix2) -> Matrix2 { Matrix2(left.x + right.x, left.y + right.y) }
  static func - (left: Matrix2, right: Matrix2) -> Matrix2 { Matrix2(left.x - right.x, left.y - right.y) }
  static func * (left: Matrix2, right: SIMD2<Double>) -> SIMD2<Double> {
    [(left.x * right).sum(), (left.y * right).sum()]
  }
  static func * (left: Matrix2, right: Matrix2) -> Matrix2 {
    Matrix2(left.x.x * right.x + left.x.y * right.y, left.y.x * right.x + left.y.y * right.y)
  }
}

/// A 4 × 4 matrix by columns.
struct Matrix4 {
  var columns: InlineArray<4, SIMD4<Double>>

  init(diagonal: SIMD4<Double>) {
    columns = .init(repeating: .zero)
    for place in 0..<4 { columns[place][place] = diagonal[place] }
  }

  var transposed: Matrix4 {
    var result = self
    for column in 0..<4 { for row in 0..<4 { result.columns[column][row] = columns[row][column] } }
    return result
  }

  /// Of a positive definite matrix, by elimination of columns.
  var inverse: Matrix4 {
    var (rest, inverse) = (self, Matrix4(diagonal: .one))
    for pivot in 0..<4 {
      let scale = 1 / rest.columns[pivot][pivot]
      rest.columns[pivot] *= scale
      inverse.columns[pivot] *= scale
      for column in 0..<4 where column != pivot {
        let share = rest.columns[column][pivot]
        rest.columns[column] -= share * rest.columns[pivot]
        inverse.columns[column] -= share * inverse.columns[pivot]
      }
    }
    return inverse
  }

  /// D · self · D of a diagonal matrix D.
  func scaled(by diagonal: SIMD4<Double>) -> Matrix4 {
    var result = self
    for column in 0..<4 { result.columns[column] = diagonal * columns[column] * diagonal[column] }
    return result
  }

  mutating func addToDiagonal(_ values: SIMD4<Double>) {
    for place in 0..<4 { columns[place][place] += values[place] }
  }

  static func * (left: Matrix4, right: SIMD4<Double>) -> SIMD4<Double> {
    let first = left.columns[0] * right[0] + left.columns[1] * right[1]
    return first + left.columns[2] * right[2] + left.columns[3] * right[3]
  }
  static func * (left: Matrix4, right: Matrix4) -> Matrix4 {
    var result = left
    for column in 0..<4 { result.columns[column] = left * right.columns[column] }
    return result
  }
  static func + (left: Matrix4, right: Matrix4) -> Matrix4 {
    var result = left
    for column in 0..<4 { result.columns[column] += right.columns[column] }
    return result
  }
  static func - (left: Matrix4, right: Matrix4) -> Matrix4 {
    var result = left
    for column in 0..<4 { result.columns[column] -= right.columns[column] }
    return result
  }
}
