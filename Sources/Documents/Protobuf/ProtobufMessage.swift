/// A message in the wire format of Protocol Buffers, written field by field.
///
/// ```swift
/// var entry = ProtobufMessage()
/// entry.append("key", field: 1)
/// var model = ProtobufMessage()
/// model.append(8, field: 1)
/// model.append(entry, field: 14)
/// ```
///
/// The few messages that are written here (ONNX models, TensorBoard events) need no more than this; a protobuf runtime
/// and generated code would outweigh it many times. The format is described at
/// <https://protobuf.dev/programming-guides/encoding/>.
package struct ProtobufMessage: Sendable {
  /// What was written so far.
  package private(set) var bytes: [UInt8] = []

  /// Begins an empty message.
  package init() {}

  /// Appends a whole number as a varint.
  package mutating func append(_ integer: Int, field: Int) {
    append(tag: field, wireType: 0)
    append(varint: UInt64(bitPattern: Int64(integer)))
  }

  /// Appends a single-precision number.
  package mutating func append(_ number: Float, field: Int) {
    append(tag: field, wireType: 5)
    bytes.append(littleEndian: number.bitPattern)
  }

  /// Appends a double-precision number.
  package mutating func append(_ number: Double, field: Int) {
    append(tag: field, wireType: 1)
    bytes.append(littleEndian: number.bitPattern)
  }

  /// Appends a text.
  package mutating func append(_ text: String, field: Int) {
    append(bytes: Array(text.utf8), field: field)
  }

  /// Appends a message within this one.
  package mutating func append(_ message: ProtobufMessage, field: Int) {
    append(bytes: message.bytes, field: field)
  }

  /// Appends bytes.
  package mutating func append(bytes content: [UInt8], field: Int) {
    append(tag: field, wireType: 2)
    append(varint: UInt64(content.count))
    bytes += content
  }

  private mutating func append(tag field: Int, wireType: Int) {
    append(varint: UInt64(field) << 3 | UInt64(wireType))
  }

  private mutating func append(varint: UInt64) {
    var rest = varint
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

extension [UInt8] {
  /// Appends a number's bytes, the lowest first.
  package mutating func append(littleEndian word: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: word.littleEndian) { append(contentsOf: $0) }
  }
}
