import ModelFormats

/// Reads a request's tensors: their descriptions in JSON, and the raw bytes that follow it.
struct TensorReader {
  /// The raw bytes not read yet.
  private var raw: UnsafeRawBufferPointer

  init(raw: UnsafeRawBufferPointer) { self.raw = raw }

  /// An input as the request describes it.
  struct Tensor {
    let name: String
    let type: String
    let shape: [Int]
    /// The number of elements that the shape asks for.
    let count: Int
    let content: Content

    enum Content {
      case raw(UnsafeRawBufferPointer)
      case json(JSONValue)
    }
  }

  /// Reads the next input and takes its raw bytes, where it has any.
  mutating func tensor(_ json: JSONValue) throws(ServingError) -> Tensor {
    guard let name = json["name"]?.string else { throw .invalid("An input has no name.") }
    guard let type = json["datatype"]?.string else { throw .invalid("The input '\(name)' has no datatype.") }
    guard let dimensions = json["shape"]?.array else { throw .invalid("The input '\(name)' has no shape.") }
    var shape: [Int] = []
    var count = 1
    for dimension in dimensions {
      guard let length = dimension.int, length >= 0 else {
        throw .invalid("A dimension of the input '\(name)' is not a whole number from 0 up.")
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow else { throw .invalid("The shape of the input '\(name)' is too large.") }
      shape.append(length)
      count = product
    }
    let content: Tensor.Content
    if let size = json["parameters"]?["binary_data_size"] {
      guard let size = size.int, size >= 0, size <= raw.count else {
        throw .invalid("The input '\(name)' announces more raw bytes than the \(raw.count) that are left.")
      }
      content = .raw(UnsafeRawBufferPointer(rebasing: raw[..<size]))
      raw = UnsafeRawBufferPointer(rebasing: raw[size...])
    } else if let data = json["data"], data.array != nil {
      content = .json(data)
    } else {
      throw .invalid("The input '\(name)' has neither 'data' nor 'binary_data_size'.")
    }
    return Tensor(name: name, type: type, shape: shape, count: count, content: content)
  }

  /// Throws where raw bytes are left over.
  func finish() throws(ServingError) {
    guard raw.isEmpty else { throw .invalid("\(raw.count) raw bytes belong to no input.") }
  }
}

extension TensorReader.Tensor {
  /// The elements of a rows × columns tensor, all finite; any number of rows where `rows` is nil. One row may leave out
  /// its dimension.
  func floats(rows: Int? = nil, columns: Int) throws(ServingError) -> [Float] {
    try check(type: "FP32", rows: rows, columns: columns)
    return try floats()
  }

  /// The elements of a tensor of one number a row: [rows] or [rows, 1].
  func floats(rows: Int) throws(ServingError) -> [Float] {
    guard type == "FP32" else { throw wrongType("FP32") }
    guard shape == [rows] || shape == [rows, 1] else { throw wrongShape("[\(rows)] or [\(rows), 1]") }
    return try floats()
  }

  /// The elements of a rows × columns tensor of truth values.
  func booleans(rows: Int, columns: Int) throws(ServingError) -> [UInt8] {
    try check(type: "BOOL", rows: rows, columns: columns)
    switch content {
    case .raw(let bytes):
      guard bytes.count == count else { throw wrongSize(bytes.count, count) }
      return bytes.map { $0 == 0 ? 0 : 1 }
    case .json(let data):
      var elements: [UInt8] = []
      try flatten(data) { element in
        switch element {
        case .boolean(let value): elements.append(value ? 1 : 0)
        case .number("0"): elements.append(0)
        case .number("1"): elements.append(1)
        default: return false
        }
        return true
      }
      guard elements.count == count else { throw wrongCount(elements.count) }
      return elements
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

  private func floats() throws(ServingError) -> [Float] {
    let elements: [Float]
    switch content {
    case .raw(let bytes):
      guard bytes.count == count * 4 else { throw wrongSize(bytes.count, count * 4) }
      elements = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
        initialized = count
      }
    case .json(let data):
      var numbers: [Float] = []
      numbers.reserveCapacity(count)
      try flatten(data) { element in
        guard let number = element.double else { return false }
        numbers.append(Float(number))
        return true
      }
      guard numbers.count == count else { throw wrongCount(numbers.count) }
      elements = numbers
    }
    // A sum is finite only if every element is; overflow of finite ones is found out by looking again.
    guard elements.reduce(0, +).isFinite || elements.allSatisfy(\.isFinite) else {
      throw .invalid("The input '\(name)' holds a number that is not finite.")
    }
    return elements
  }

  /// Visits the elements of a flat or nested list; at most as many as the shape asks for, and one.
  private func flatten(_ data: JSONValue, _ visit: (JSONValue) -> Bool) throws(ServingError) {
    for element in data.array ?? [] {
      if element.array != nil {
        try flatten(element, visit)
      } else if !visit(element) {
        throw .invalid("The input '\(name)' holds something that is no \(type).")
      }
    }
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
