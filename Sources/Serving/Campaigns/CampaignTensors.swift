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

  private var tensors: [String: Tensor] = [:]

  /// Reads the list of inputs, which may be empty or missing.
  init(_ list: JSONValue?, raw: UnsafeRawBufferPointer.SubSequence) throws(ServingError) {
    var raw = raw
    if let list, list != .null {
      guard let entries = list.array else { throw .invalid("'inputs' is no list.") }
      for entry in entries {
        let tensor = try Tensor(entry, raw: &raw)
        guard tensors.updateValue(tensor, forKey: tensor.name) == nil else {
          throw .invalid("The input '\(tensor.name)' stands twice in the request.")
        }
      }
    }
    guard raw.isEmpty else { throw .invalid("\(raw.count) raw bytes belong to no input.") }
  }

  func holds(_ name: String) -> Bool { tensors[name] != nil }

  /// Takes an input out; nil where there is none.
  mutating func take(_ name: String) -> Tensor? { tensors.removeValue(forKey: name) }

  /// Refuses inputs that nobody took.
  func finish() throws(ServingError) {
    guard let name = tensors.keys.min() else { return }
    throw .invalid(
      "There is no input '\(name)': there are tick, bid, wins, spend, clicks, conversions, budget and mask.")
  }
}

extension CampaignTensors.Tensor {
  fileprivate init(
    _ entry: JSONValue, raw: inout UnsafeRawBufferPointer.SubSequence
  ) throws(ServingError) {
    guard let name = entry["name"]?.string else { throw .invalid("An input has no name.") }
    guard let type = entry["datatype"]?.string else { throw .invalid("The input '\(name)' has no datatype.") }
    guard let shape = entry["shape"]?.array, shape.count <= 8, shape.allSatisfy({ ($0.int ?? -1) >= 0 })
    else {
      throw .invalid("The input '\(name)' has no shape of whole numbers from 0 up.")
    }
    (self.name, self.type) = (name, type)
    self.shape = shape.compactMap(\.int)
    if let size = entry["parameters"]?["binary_data_size"] {
      guard let size = size.int, size >= 0, size <= raw.count else {
        throw .invalid("The input '\(name)' announces more raw bytes than the \(raw.count) that are left.")
      }
      content = .raw(UnsafeRawBufferPointer(rebasing: raw.prefix(size)))
      raw = raw.dropFirst(size)
    } else if let data = entry["data"]?.array {
      content = .json(Self.flat(data))
    } else {
      throw .invalid("The input '\(name)' has neither 'data' nor 'binary_data_size'.")
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
      numbers = (0..<count).map { index in
        switch expected {
        case "BOOL": bytes[index] == 0 ? 0 : 1
        case "INT64": Double(bytes.loadUnaligned(fromByteOffset: 8 * index, as: Int64.self))
        default: bytes.loadUnaligned(fromByteOffset: 8 * index, as: Double.self)
        }
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
