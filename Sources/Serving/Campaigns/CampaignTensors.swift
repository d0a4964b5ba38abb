import Documents

/// The inputs of a request to a campaign by name, each taken once.
struct CampaignTensors {
  /// One input: small, and in double precision.
  struct Tensor {
    let name: String
    let type: String
    let shape: [Int]
    let content: Content

    enum Content {
      case raw(UnsafeRawBufferPointer)
      case json([JSONValue])
    }
  }

  private var tensors: [Tensor] = []
  private static let names = ["tick", "bid", "wins", "spend", "clicks", "conversions", "budget", "mask"]

  /// Adds an input, one of those that there are.
  mutating func add(_ tensor: Tensor) throws(ServingError) {
    guard Self.names.contains(tensor.name) else {
      throw .invalid(
        "There is no input '\(tensor.name)': there are tick, bid, wins, spend, clicks, conversions, budget and mask."
      )
    }
    guard !holds(tensor.name) else {
      throw .invalid("The input '\(tensor.name)' stands twice in the request.")
    }
    tensors.append(tensor)
  }

  func holds(_ name: String) -> Bool { tensors.contains { $0.name == name } }

  /// An input; nil where there is none.
  subscript(name: String) -> Tensor? { tensors.first { $0.name == name } }
}

extension CampaignTensors.Tensor {
  /// Reads a tensor's description and takes its raw bytes, where it has any.
  ///
  /// - Throws: `JSONError`, or a `ServingError` of status 400.
  init(_ scanner: inout JSONScanner, raw: inout UnsafeRawBufferPointer) throws {
    var (name, type) = (String?.none, String?.none)
    var (shape, data, size) = (JSONValue?.none, JSONValue?.none, JSONValue?.none)
    var object = try scanner.object()
    while let key = try scanner.key(in: &object) {
      switch (key, scanner.kind()) {
      case ("name", .string): name = try scanner.string()
      case ("datatype", .string): type = try scanner.string()
      case ("shape", _): shape = try scanner.value()
      case ("parameters", .object): size = try scanner.parameter("binary_data_size")
      case ("data", _): data = try scanner.value()
      default: try scanner.skip()
      }
    }
    guard let name else { throw ServingError.invalid("An input has no name.") }
    guard let type else { throw ServingError.invalid("The input '\(name)' has no datatype.") }
    guard let lengths = shape?.array, lengths.count <= 8, lengths.allSatisfy({ ($0.int ?? -1) >= 0 })
    else {
      throw ServingError.invalid("The input '\(name)' has no shape of whole numbers from 0 up.")
    }
    (self.name, self.type) = (name, type)
    self.shape = lengths.compactMap(\.int)
    if let size {
      guard let size = size.int, size >= 0, size <= raw.count else {
        throw ServingError.invalid(
          "The input '\(name)' announces more raw bytes than the \(raw.count) that are left.")
      }
      content = .raw(UnsafeRawBufferPointer(rebasing: raw[..<size]))
      raw = UnsafeRawBufferPointer(rebasing: raw[size...])
    } else if let data = data?.array {
      content = .json(Self.flat(data))
    } else {
      throw ServingError.invalid("The input '\(name)' has neither 'data' nor 'binary_data_size'.")
    }
  }

  private static func flat(_ elements: [JSONValue]) -> [JSONValue] {
    elements.flatMap { $0.array.map(flat) ?? [$0] }
  }

  /// The elements, all finite, of a tensor of shape [count] or [1, count].
  func numbers(_ expected: String, count: Int) throws(ServingError) -> [Double] {
    guard type == expected else {
      throw .invalid("The input '\(name)' is \(type) and should be \(expected).")
    }
    guard shape == [count] || shape == [1, count] else {
      throw .invalid("The input '\(name)' has shape \(shape) and should have [1, \(count)].")
    }
    var numbers: [Double]
    switch content {
    case .json(let elements):
      numbers = []
      for element in elements {
        switch element {
        case .number(let text) where expected != "BOOL": numbers.append(Double(text) ?? .nan)
        case .number("0"), .boolean(false): numbers.append(0)
        case .number("1"), .boolean(true): numbers.append(1)
        default: throw .invalid("The input '\(name)' holds something that is no \(expected).")
        }
      }
      if expected != "BOOL", elements.contains(where: { if case .boolean = $0 { true } else { false } }) {
        throw .invalid("The input '\(name)' holds something that is no \(expected).")
      }
    case .raw(let bytes):
      let size = expected == "BOOL" ? 1 : 8
      guard bytes.count == count * size else {
        throw .invalid(
          "The input '\(name)' has \(bytes.count) raw bytes where its shape needs \(count * size).")
      }
      numbers =
        switch expected {
        case "BOOL": bytes.map { $0 == 0 ? 0 : 1 }
        case "INT64":
          (0..<count).map { Double(bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self)) }
        default: (0..<count).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
        }
    }
    guard numbers.count == count else {
      throw .invalid("The input '\(name)' has \(numbers.count) elements where its shape needs \(count).")
    }
    guard numbers.allSatisfy(\.isFinite) else {
      throw .invalid("The input '\(name)' holds a number that is not finite.")
    }
    return numbers
  }
}
