extension JSONValue {
  /// The value that a document holds: the reverse of `init(encoding:)`. A number that is `null` is not a number; keys that
  /// the value does not ask for are passed over.
  ///
  /// - Parameter file: what errors call the document.
  /// - Throws: `InputError` with the path of keys to the first place that does not fit.
  public func decoded<Value: Decodable>(as type: Value.Type = Value.self, file: String? = nil)
    throws(InputError) -> Value
  {
    do {
      return try Place(value: self, codingPath: []).decode(type)
    } catch let DecodingError.keyNotFound(key, context) {
      throw Self.error("lacks '\(documentKey(key))'", context.codingPath, file)
    } catch let DecodingError.typeMismatch(_, context), let DecodingError.valueNotFound(_, context),
      let DecodingError.dataCorrupted(context)
    {
      throw Self.error(context.debugDescription, context.codingPath, file)
    } catch {
      throw Self.error("cannot be read (\(error))", [], file)
    }
  }

  private static func error(_ problem: String, _ path: [any CodingKey], _ file: String?) -> InputError {
    let key = path.reduce("") { text, key in
      if let index = key.intValue { return text + "[\(index)]" }
      return text.isEmpty ? documentKey(key) : text + "." + documentKey(key)
    }
    return InputError(
      .malformed, file: file, key: key.isEmpty ? nil : key, problem: problem,
      remedy: "make the document anew with the command that writes it")
  }

  /// Takes the document as it is; only `decoded(as:)` can.
  public init(from decoder: any Decoder) throws {
    guard let place = decoder as? Place else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "is decoded by JSONValue alone"))
    }
    self = place.value
  }

  /// What kind of value this is, for errors.
  fileprivate var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "true or false"
    case .number(let spelling): "the number \(spelling)"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

/// A place of a document that is being read.
private struct Place: Decoder, SingleValueDecodingContainer {
  let value: JSONValue
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func mismatch(_ wanted: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: codingPath, debugDescription: "is \(value.kind), not \(wanted)"))
  }

  func container<Key: CodingKey>(keyedBy: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .object(let members) = value else { throw mismatch("an object") }
    return KeyedDecodingContainer(MembersRead(members: members, codingPath: codingPath))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .array(let elements) = value else { throw mismatch("a list") }
    return ElementsRead(elements: elements, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  func decodeNil() -> Bool { value == .null }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    func cast(_ result: Any?, _ wanted: String) throws -> Value {
      guard let result = result as? Value else { throw mismatch(wanted) }
      return result
    }
    switch type {
    case is Double.Type: return try cast(value == .null ? .nan : value.double, "a number")
    case is Float.Type: return try cast(value == .null ? .nan : value.float, "a number")
    case is String.Type: return try cast(value.string, "a text")
    case is Bool.Type: return try cast(bool, "true or false")
    case let integer as any FixedWidthInteger.Type:
      return try cast(value.integer(integer), "a whole number in range")
    default: return try Value(from: self)
    }
  }

  private var bool: Bool? { if case .boolean(let flag) = value { flag } else { nil } }
}

extension JSONValue {
  fileprivate var float: Float? { if case .number(let text) = self { Float(text) } else { nil } }

  fileprivate func integer<Integer: FixedWidthInteger>(_: Integer.Type) -> Any? {
    if case .number(let text) = self { Integer(text) } else { nil }
  }
}

private struct MembersRead<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let members: [JSONValue.Member]
  let codingPath: [any CodingKey]
  var allKeys: [Key] { members.compactMap { Key(stringValue: $0.key) } }

  func contains(_ key: Key) -> Bool { members.contains { $0.key == documentKey(key) } }

  func place(_ key: Key) throws -> Place {
    guard let member = members.first(where: { $0.key == documentKey(key) }) else {
      throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: ""))
    }
    return Place(value: member.value, codingPath: codingPath + [key])
  }

  func decodeNil(forKey key: Key) throws -> Bool { try place(key).decodeNil() }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try place(key).decode(type)
  }
  func nestedContainer<Nested>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<
    Nested
  > {
    try place(key).container(keyedBy: type)
  }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try place(key).unkeyedContainer()
  }
  func superDecoder() -> any Decoder { Place(value: .object(members), codingPath: codingPath) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try place(key) }
}

private struct ElementsRead: UnkeyedDecodingContainer {
  let elements: [JSONValue]
  let codingPath: [any CodingKey]
  var currentIndex = 0
  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex == elements.count }

  private mutating func next() throws -> Place {
    guard !isAtEnd else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: codingPath, debugDescription: "is a list of only \(elements.count)"))
    }
    defer { currentIndex += 1 }
    return Place(value: elements[currentIndex], codingPath: codingPath + [JSONName(intValue: currentIndex)])
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, elements[currentIndex] == .null else { return false }
    currentIndex += 1
    return true
  }
  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().decode(type) }
  mutating func nestedContainer<Nested>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
    try next().container(keyedBy: type)
  }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try next().unkeyedContainer()
  }
  mutating func superDecoder() throws -> any Decoder { try next() }
}
