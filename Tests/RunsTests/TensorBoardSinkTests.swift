import Documents
import Foundation
import PolicyFormats
import Runs
import Testing

/// An independent reader of event files, bit by bit and field by field.
private struct EventReader {
  struct Event: Equatable {
    var step = 0
    var fileVersion: String?
    var values: [String: Float] = [:]
  }

  static func events(in bytes: [UInt8]) -> [Event] {
    var events: [Event] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let length = rest.prefix(8)
      let count = Int(integer(length))
      #expect(integer(rest.dropFirst(8).prefix(4)) == UInt64(masked(length)))
      let message = rest.dropFirst(12).prefix(count)
      #expect(message.count == count)
      #expect(integer(rest.dropFirst(12 + count).prefix(4)) == UInt64(masked(message)))
      rest = rest.dropFirst(16 + count)
      events.append(event(message))
    }
    return events
  }

  static func crc32c(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      for bit in 0..<8 {
        let isSet = (crc ^ UInt32(byte) >> bit) & 1 == 1
        crc = crc >> 1 ^ (isSet ? 0x82F6_3B78 : 0)
      }
    }
    return ~crc
  }

  private static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let crc = crc32c(bytes)
    return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
  }

  private static func event(_ message: ArraySlice<UInt8>) -> Event {
    var event = Event()
    for (number, integer, bytes) in fields(message) {
      switch number {
      case 1: #expect(abs(Double(bitPattern: integer) - Date().timeIntervalSince1970) < 3600)
      case 2: event.step = Int(integer)
      case 3: event.fileVersion = String(decoding: bytes, as: UTF8.self)
      default:
        for (_, _, value) in fields(bytes) {
          let parts = fields(value)
          event.values[String(decoding: parts[0].bytes, as: UTF8.self)] =
            Float(bitPattern: UInt32(parts[1].integer))
        }
      }
    }
    return event
  }

  private static func fields(
    _ message: ArraySlice<UInt8>
  ) -> [(number: UInt64, integer: UInt64, bytes: ArraySlice<UInt8>)] {
    var fields: [(number: UInt64, integer: UInt64, bytes: ArraySlice<UInt8>)] = []
    var rest = message
    func varint() -> UInt64 {
      var value: UInt64 = 0
      var shift: UInt64 = 0
      while let byte = rest.popFirst() {
        value |= UInt64(byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 { break }
      }
      return value
    }
    while !rest.isEmpty {
      let tag = varint()
      var value: UInt64 = 0
      var bytes: ArraySlice<UInt8> = []
      switch tag & 7 {
      case 0: value = varint()
      case 1, 5:
        let size = tag & 7 == 1 ? 8 : 4
        value = integer(rest.prefix(size))
        rest = rest.dropFirst(size)
      default:
        let size = Int(varint())
        bytes = rest.prefix(size)
        rest = rest.dropFirst(size)
      }
      fields.append((tag >> 3, value, bytes))
    }
    return fields
  }

  private static func integer(_ bytes: some Collection<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

@Suite struct TensorBoardSinkTests {
  @Test func checksTheReaderOnThePublishedVector() {
    #expect(EventReader.crc32c(Array("123456789".utf8)) == 0xE306_9283)
  }

  @Test func writesEventsThatAnIndependentReaderUnderstands() throws {
    try withTemporaryFolder { folder in
      let sink = try TensorBoardSink(folder: folder)
      try sink.write(step: 1024, metrics: [Metric("rollout/ep_rew_mean", 12.5), Metric("train/loss", .nan)])
      try sink.write(step: 3_000_000_000, metrics: [Metric("train/loss", -1e-3), Metric("größe", 3)])
      #expect(sink.path.hasPrefix(folder + "/events.out.tfevents."))
      let events = EventReader.events(in: try AtomicFile.read(sink.path))
      #expect(
        events == [
          .init(fileVersion: "brain.Event:2"), .init(step: 1024, values: ["rollout/ep_rew_mean": 12.5]),
          .init(step: 3_000_000_000, values: ["train/loss": -1e-3, "größe": 3]),
        ])
    }
  }
}

/// A folder of the test's own, gone when the test ends.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "experiments-\(UUID())").path()
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}
