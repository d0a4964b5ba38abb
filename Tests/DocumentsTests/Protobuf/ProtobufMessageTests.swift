import Documents
import Testing

@Suite struct ProtobufMessageTests {
  /// The examples of the format's public description, and numbers whose bytes IEEE 754 gives.
  @Test func spellsThePublishedExamples() {
    var message = ProtobufMessage()
    message.append(150, field: 1)
    #expect(message.bytes == [0x08, 0x96, 0x01])
    message = ProtobufMessage()
    message.append("testing", field: 2)
    #expect(message.bytes == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67])
    var inner = ProtobufMessage()
    inner.append(150, field: 1)
    message = ProtobufMessage()
    message.append(inner, field: 3)
    #expect(message.bytes == [0x1A, 0x03, 0x08, 0x96, 0x01])
    message = ProtobufMessage()
    message.append(-2, field: 1)
    #expect(message.bytes == [0x08, 0xFE] + Array(repeating: 0xFF, count: 8) + [0x01])
    message = ProtobufMessage()
    message.append(Float(1), field: 2)
    message.append(1.0, field: 16)
    #expect(message.bytes == [0x15, 0, 0, 0x80, 0x3F, 0x81, 0x01, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
  }
}
