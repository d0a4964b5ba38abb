/// A window on rows that somebody else owns, to be written with checked indexes.
///
/// ```swift
/// rows[lane, 2] = 0.5
/// var row = rows.row(lane)  // a MutableSpan<Float> of all its columns
/// ```
public struct MutableMatrixSpan: ~Copyable, ~Escapable {
  /// The window without checks, for kernels.
  @usableFromInline package let view: MatrixView

  /// A window on what a view shows, which must outlive it.
  @_lifetime(immortal)
  @usableFromInline package init(unchecked view: MatrixView) { self.view = view }

  /// The number of rows.
  @inlinable public var rows: Int { view.rows }
  /// The number of columns.
  @inlinable public var columns: Int { view.columns }

  /// The element at a row and a column.
  @inlinable public subscript(row: Int, column: Int) -> Float {
    get {
      check(row, column)
      return view.pointer[row * view.stride + column]
    }
    set {
      check(row, column)
      view.pointer[row * view.stride + column] = newValue
    }
  }

  /// The elements of a row.
  @_lifetime(&self)
  @inlinable public mutating func row(_ index: Int) -> MutableSpan<Float> {
    check(index, 0)
    return _overrideLifetime(
      MutableSpan(_unsafeStart: view.pointer + index * view.stride, count: view.columns), mutating: &self)
  }

  @inlinable func check(_ row: Int, _ column: Int) {
    precondition(
      row >= 0 && row < rows && column >= 0 && column < columns,
      "Row \(row), column \(column) is not one of \(rows) × \(columns).")
  }
}

extension MutableSpan where Element: BitwiseCopyable {
  /// Sets every element.
  @inlinable package mutating func fill(_ value: Element) {
    for index in indices { self[unchecked: index] = value }
  }
}

extension MutableSpan where Element: BitwiseCopyable {
  /// The first element, for kernels; valid as long as what the span shows.
  @inlinable package var kernelPointer: UnsafeMutablePointer<Element> {
    mutating get {
      withUnsafeMutableBufferPointer {
        guard let first = $0.baseAddress else { preconditionFailure("An empty span has no first element.") }
        return first
      }
    }
  }
}

extension Span where Element: BitwiseCopyable {
  /// The first element, for kernels; valid as long as what the span shows.
  @inlinable package var kernelPointer: UnsafePointer<Element> {
    withUnsafeBufferPointer {
      guard let first = $0.baseAddress else { preconditionFailure("An empty span has no first element.") }
      return first
    }
  }
}
