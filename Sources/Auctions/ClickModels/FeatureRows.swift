/// Rows of features that are there or not, as the columns where they are 1: compressed sparse rows.
public struct FeatureRows: Sendable {
  /// The number of columns.
  public let width: Int
  @usableFromInline var columns: [Int32] = []
  @usableFromInline var starts: [Int] = [0]

  /// Begins without rows.
  public init(width: Int) {
    precondition(width > 0, "Rows need at least one column, not \(width).")
    self.width = width
  }

  /// The number of rows.
  public var count: Int { starts.count - 1 }

  /// The columns of a row.
  @inlinable public subscript(row: Int) -> ArraySlice<Int32> { columns[starts[row]..<starts[row + 1]] }

  /// Adds a row; columns that repeat count once.
  public mutating func append(_ row: [Int32]) {
    precondition(row.allSatisfy { $0 >= 0 && $0 < width }, "A column lies in 0..<\(width).")
    columns += Set(row).sorted()
    starts.append(columns.count)
  }

  /// Rows of features hashed to 2^bits columns (Weinberger et al., ICML 2009), by FNV-1a of field and value.
  public init(hashing rows: [[IPinYouRow.Feature]], bits: Int) {
    precondition((1...28).contains(bits), "A hash has 1 to 28 bits, not \(bits).")
    self.init(width: 1 << bits)
    for row in rows { append(row.map { Int32(truncatingIfNeeded: hash($0) >> (64 - UInt64(bits))) }) }
  }
}

/// A dictionary of features to columns: those seen in at least so many rows.
public struct FeatureColumns: Sendable {
  private let columns: [String: Int32]

  /// Finds the features of rows.
  public init(_ rows: [[IPinYouRow.Feature]], atLeast: Int) {
    var counts: [String: Int] = [:]
    for row in rows { for feature in row { counts["\(feature.field)=\(feature.value)", default: 0] += 1 } }
    let kept = counts.filter { $0.value >= atLeast }.keys.sorted()
    columns = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, Int32($0)) })
  }

  /// The number of columns.
  public var width: Int { max(1, columns.count) }

  /// Rows of the features that have columns.
  public func rows(_ rows: [[IPinYouRow.Feature]]) -> FeatureRows {
    var result = FeatureRows(width: width)
    for row in rows { result.append(row.compactMap { columns["\($0.field)=\($0.value)"] }) }
    return result
  }
}

/// FNV-1a over field, a separator and value, then mixed so that the high bits are good (Steele et al., 2014).
private func hash(_ feature: IPinYouRow.Feature) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in feature.field.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  hash = (hash ^ 0xFF) &* 0x100_0000_01B3
  for byte in feature.value.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
  hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
  return hash ^ hash >> 31
}
