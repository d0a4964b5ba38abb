/// A row-major single-precision matrix that owns 64-byte aligned storage.
///
/// Element `(row, column)` stands at `pointer[row * columns + column]`. The matrix cannot be copied by
/// assignment, so no hot loop pays for reference counting or copy-on-write; `copy()` says so where a copy is
/// meant.
public struct Matrix: ~Copyable, @unchecked Sendable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The first element; valid as long as the matrix lives.
  @inlinable public var pointer: UnsafeMutablePointer<Float> { storage.pointer }
  @usableFromInline let storage: Buffer<Float>

  /// Creates a matrix of zeros.
  public init(rows: Int, columns: Int) {
    precondition(
      rows >= 0 && columns >= 0, "A matrix needs non-negative dimensions, not \(rows) × \(columns).")
    self.rows = rows
    self.columns = columns
    storage = Buffer(repeating: 0, count: rows * columns)
  }

  /// Creates a matrix from its elements in row-major order.
  public init(rows: Int, columns: Int, _ elements: [Float]) {
    precondition(
      elements.count == rows * columns, "\(rows) × \(columns) elements are needed, not \(elements.count).")
    self.init(rows: rows, columns: columns)
    for (index, element) in elements.enumerated() { pointer[index] = element }
  }

  /// Creates a matrix with the elements of a window, which may be strided.
  public init(copying view: MatrixView) {
    self.init(rows: view.rows, columns: view.columns)
    for row in 0..<rows { (pointer + row * columns).update(from: view.row(row), count: columns) }
  }

  /// The number of elements.
  @inlinable public var count: Int { rows * columns }

  /// A window on the whole matrix, valid as long as the matrix lives.
  @inlinable public var view: MatrixView {
    MatrixView(pointer: pointer, rows: rows, columns: columns, stride: columns)
  }

  /// The element at a row and a column.
  @inlinable public subscript(row: Int, column: Int) -> Float {
    get {
      assert(row >= 0 && row < rows && column >= 0 && column < columns)
      return pointer[row * columns + column]
    }
    nonmutating set {
      assert(row >= 0 && row < rows && column >= 0 && column < columns)
      pointer[row * columns + column] = newValue
    }
  }

  /// The elements in row-major order.
  public var elements: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// A matrix of its own with the same elements.
  public func copy() -> Matrix {
    let result = Matrix(rows: rows, columns: columns)
    result.pointer.update(from: pointer, count: count)
    return result
  }
}

/// A window on row-major single-precision storage that somebody else owns.
public struct MatrixView: @unchecked Sendable {
  /// The element at row 0, column 0.
  public let pointer: UnsafeMutablePointer<Float>
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The distance in elements between the starts of two rows; at least `columns`.
  public let stride: Int

  /// Creates a window of `rows` rows of `columns` elements, each row `stride` elements behind the last.
  @inlinable public init(pointer: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int) {
    assert(stride >= columns)
    self.pointer = pointer
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// The first element of a row.
  @inlinable public func row(_ index: Int) -> UnsafeMutablePointer<Float> {
    assert(index >= 0 && index < rows)
    return pointer + index * stride
  }

  /// A window on a contiguous range of rows.
  @inlinable public func rows(_ range: Range<Int>) -> MatrixView {
    assert(range.lowerBound >= 0 && range.upperBound <= rows)
    return MatrixView(
      pointer: pointer + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
  }

  /// A window on every `step`-th row, the first of them being `first`.
  @inlinable public func rows(every step: Int, from first: Int = 0) -> MatrixView {
    assert(step > 0 && first >= 0)
    return MatrixView(
      pointer: pointer + first * stride, rows: max(0, rows - first + step - 1) / step, columns: columns,
      stride: step * stride)
  }

  /// A window on a contiguous range of columns.
  @inlinable public func columns(_ range: Range<Int>) -> MatrixView {
    assert(range.lowerBound >= 0 && range.upperBound <= columns)
    return MatrixView(
      pointer: pointer + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }

  /// The element at a row and a column.
  @inlinable public subscript(row: Int, column: Int) -> Float {
    get {
      assert(row >= 0 && row < rows && column >= 0 && column < columns)
      return pointer[row * stride + column]
    }
    nonmutating set {
      assert(row >= 0 && row < rows && column >= 0 && column < columns)
      pointer[row * stride + column] = newValue
    }
  }
}
