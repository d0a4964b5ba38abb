import Documents

/// An input of a request: its description in JSON, and its elements from there or from the raw bytes behind it.
struct InputTensor {
  let name: String
  private let type: String
  private let shape: [Int]
  /// The number of elements that the shape asks for.
  private let count: Int
  private let content: Content

  private enum Content {
    case raw(UnsafeRawBufferPointer)
    case json(Elements)
  }

  /// The elements of a list in JSON, lists within it laid flat; truth values count as 0 and 1.
  private struct Elements {
    var numbers: [Float] = []
    var holdsTruthValues = false

    mutating func read(_ scanner: inout JSONScanner) throws {
      var array = try scanner.array()
      while try scanner.floats(in: &array, into: &numbers) {
        switch scanner.kind() {
        case .boolean:
          numbers.append(try scanner.boolean() ? 1 : 0)
          holdsTruthValues = true
        case .array: try read(&scanner)
        default: throw ServingError.invalid("An input's data holds neither a number nor a truth value.")
        }
      }
    }
  }

  /// Reads a tensor's description and takes its raw bytes, where it has any.
  ///
  /// - Throws: `JSONError`, or a `ServingError` of status 400.
  init(_ scanner: inout JSONScanner, raw: inout UnsafeRawBufferPointer) throws {
    var (name, type, shape) = (String?.none, String?.none, [Int]?.none)
    var elements: Elements?
    var rawSize: JSONValue?
    var object = try scanner.object()
    while let key = try scanner.key(in: &object) {
      switch key {
      case "name": name = try scanner.string()
      case "datatype": type = try scanner.string()
      case "shape": shape = try Self.shape(&scanner)
      case "parameters": rawSize = try scanner.parameter("binary_data_size")
      case "data":
        elements = Elements()
        // What the shape asks for is not believed before it is there.
        elements?.numbers.reserveCapacity(min(shape?.last ?? 0, 4096))
        try elements?.read(&scanner)
      default: try scanner.skip()
      }
    }
    guard let name else { throw ServingError.invalid("An input has no name.") }
    guard let type else { throw ServingError.invalid("The input '\(name)' has no datatype.") }
    guard let shape else { throw ServingError.invalid("The input '\(name)' has no shape.") }
    self.name = name
    self.type = type
    self.shape = shape
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow else { throw ServingError.invalid("The shape of the input '\(name)' is too large.") }
      count = product
    }
    self.count = count
    if let rawSize {
      guard let size = rawSize.int, size >= 0, size <= raw.count else {
        throw ServingError.invalid(
          "The input '\(name)' announces more raw bytes than the \(raw.count) that are left.")
      }
      content = .raw(UnsafeRawBufferPointer(rebasing: raw[..<size]))
      raw = UnsafeRawBufferPointer(rebasing: raw[size...])
    } else if let elements {
      content = .json(elements)
    } else {
      throw ServingError.invalid("The input '\(name)' has neither 'data' nor 'binary_data_size'.")
    }
  }

  private static func shape(_ scanner: inout JSONScanner) throws -> [Int] {
    var shape: [Int] = []
    var array = try scanner.array()
    while try scanner.next(in: &array) {
      guard let length = Int(try scanner.number()), length >= 0 else {
        throw ServingError.invalid("A dimension of an input is not a whole number from 0 up.")
      }
      guard shape.count < 8 else { throw ServingError.invalid("An input has more than 8 dimensions.") }
      shape.append(length)
    }
    return shape
  }

  /// The elements of a rows × columns tensor, all finite; any number of rows where `rows` is nil. One row may leave out
  /// its dimension. Where columns have names, errors use them.
  func floats(rows: Int? = nil, columns: Int, names: [String] = []) throws(ServingError) -> [Float] {
    try check(type: "FP32", rows: rows, columns: columns)
    return try finite(columns: columns, names: names)
  }

  /// The elements of a tensor of one number a row: [rows] or [rows, 1].
  func floats(rows: Int) throws(ServingError) -> [Float] {
    guard type == "FP32" else { throw wrongType("FP32") }
    guard shape == [rows] || shape == [rows, 1] else { throw wrongShape("[\(rows)] or [\(rows), 1]") }
    return try finite(columns: 1, names: [])
  }

  /// The elements of a rows × columns tensor of truth values, 0 and 1.
  func booleans(rows: Int, columns: Int) throws(ServingError) -> [UInt8] {
    try check(type: "BOOL", rows: rows, columns: columns)
    switch content {
    case .raw(let bytes):
      guard bytes.count == count else { throw wrongSize(bytes.count, count) }
      return bytes.map { $0 == 0 ? 0 : 1 }
    case .json(let elements):
      guard elements.numbers.count == count else { throw wrongCount(elements.numbers.count) }
      guard elements.numbers.allSatisfy({ $0 == 0 || $0 == 1 }) else {
        throw .invalid("The input '\(name)' holds something that is no BOOL.")
      }
      return elements.numbers.map { $0 == 0 ? 0 : 1 }
    }
  }

  private func check(type expected: String, rows: Int?, columns: Int) throws(ServingError) {
    guard type == expected else { throw wrongType(expected) }
    let dimensions = shape.count == 1 ? [1] + shape : shape
    guard dimensions.count == 2, dimensions[1] == columns, rows ?? dimensions[0] == dimensions[0] else {
      throw wrongShape("[\(rows.map { "\($0)" } ?? "rows"), \(columns)]")
    }
    guard dimensions[0] > 0 else { throw .invalid("The input '\(name)' has no row.") }
  }

  private func finite(columns: Int, names: [String]) throws(ServingError) -> [Float] {
    let numbers: [Float]
    switch content {
    case .raw(let bytes):
      guard bytes.count == count * 4 else { throw wrongSize(bytes.count, count * 4) }
      numbers = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
        initialized = count
      }
    case .json(let elements):
      guard !elements.holdsTruthValues else {
        throw .invalid("The input '\(name)' holds something that is no FP32.")
      }
      guard elements.numbers.count == count else { throw wrongCount(elements.numbers.count) }
      numbers = elements.numbers
    }
    if !areFinite(numbers), let place = numbers.firstIndex(where: { !$0.isFinite }) {
      let (row, column) = place.quotientAndRemainder(dividingBy: columns)
      let called = names.isEmpty ? "" : " ('\(names[column])')"
      throw .invalid(
        "The input '\(name)' holds \(numbers[place]) in row \(row), column \(column)\(called), which is no finite FP32."
      )
    }
    return numbers
  }

  private func wrongType(_ expected: String) -> ServingError {
    .invalid("The input '\(name)' is \(type) and should be \(expected).")
  }

  private func wrongShape(_ expected: String) -> ServingError {
    .invalid("The input '\(name)' has shape \(shape) and should have \(expected).")
  }

  private func wrongSize(_ found: Int, _ expected: Int) -> ServingError {
    .invalid("The input '\(name)' has \(found) raw bytes where its shape needs \(expected).")
  }

  private func wrongCount(_ found: Int) -> ServingError {
    .invalid("The input '\(name)' has \(found) elements where its shape needs \(count).")
  }
}

/// Whether no number is infinite or no number. Looks at all of them without a branch, which vectorises.
private func areFinite(_ numbers: [Float]) -> Bool {
  let exponent: UInt32 = 0x7F80_0000
  // All exponent bits set, and only that, carries into the sign bit.
  let carries = numbers.reduce(into: UInt32(0)) { $0 |= ($1.bitPattern & exponent) &+ 0x0080_0000 }
  return carries & 0x8000_0000 == 0
}
