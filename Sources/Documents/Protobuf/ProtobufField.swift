/// One field of a message in the wire format of Protocol Buffers.
package struct ProtobufField {
  /// The field's number.
  package let number: Int
  /// What stands in it.
  package let content: Content

  package enum Content {
    case integer(UInt64)
    case bytes(ArraySlice<UInt8>)
  }

  /// The whole number; nil where there are bytes.
  package var integer: Int? {
    if case .integer(let value) = content { Int(truncatingIfNeeded: value) } else { nil }
  }

  /// The bytes; nil where there is a number.
  package var bytes: ArraySlice<UInt8>? {
    if case .bytes(let bytes) = content { bytes } else { nil }
  }

  /// The text; nil where there is a number or no valid UTF-8.
  package var text: String? { bytes.flatMap { String(validating: $0, as: UTF8.self) } }

  /// Cuts a message into its fields; nil where it is cut short or no message at all.
  package static func fields(of message: ArraySlice<UInt8>) -> [ProtobufField]? {
    var reader = ProtobufReader(rest: message)
    var fields: [ProtobufField] = []
    while !reader.rest.isEmpty {
      guard let field = reader.field() else { return nil }
      fields.append(field)
    }
    return fields
  }

  /// The whole numbers of a packed field; nil where one is cut short.
  package static func integers(packed bytes: ArraySlice<UInt8>) -> [Int]? {
    var reader = ProtobufReader(rest: bytes)
    var integers: [Int] = []
    while !reader.rest.isEmpty {
      guard let value = reader.varint() else { return nil }
      integers.append(Int(truncatingIfNeeded: value))
    }
    return integers
  }
}

/// Reads a message from its start; every step gives nil where the bytes end too early.
private struct ProtobufReader {
  var rest: ArraySlice<UInt8>

  mutating func field() -> ProtobufField? {
    guard let tag = varint(), tag >> 3 > 0, tag >> 3 < 1 << 29 else { return nil }
    let number = Int(tag >> 3)
    switch tag & 7 {
    case 0: return varint().map { ProtobufField(number: number, content: .integer($0)) }
    case 1: return word(8).map { ProtobufField(number: number, content: .integer($0)) }
    case 2:
      guard let length = varint(), length <= UInt64(rest.count) else { return nil }
      defer { rest = rest.dropFirst(Int(length)) }
      return ProtobufField(number: number, content: .bytes(rest.prefix(Int(length))))
    case 5: return word(4).map { ProtobufField(number: number, content: .integer($0)) }
    default: return nil
    }
  }

  mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    return nil
  }

  private mutating func word(_ size: Int) -> UInt64? {
    guard rest.count >= size else { return nil }
    defer { rest = rest.dropFirst(size) }
    return rest.prefix(size).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
