import Foundation
import ModelFormats

/// Metrics as a TensorBoard event file: `tensorboard --logdir runs` draws them.
///
/// The file is a TFRecord of `tensorflow.Event` messages. The three small messages needed are spelt by hand below, field
/// by field with the numbers of TensorFlow's public event.proto and summary.proto; a protobuf runtime would outweigh
/// them many times.
public final class TensorBoardSink: MetricSink {
  /// The file's path.
  public let path: String
  private let file: FileHandle

  /// Creates the event file of a run in a folder; TensorBoard knows it by its name.
  public init(folder: String, time: Date = Date()) throws(FileError) {
    let seconds = String(format: "%010d", Int(time.timeIntervalSince1970))
    let process = ProcessInfo.processInfo
    path = "\(folder)/events.out.tfevents.\(seconds).\(process.hostName).\(process.processIdentifier)"
    try AtomicFile.write(Self.record(Event(time: time, content: .fileVersion).bytes), to: path)
    guard let file = FileHandle(forWritingAtPath: path) else {
      throw .unwritable(path: path, reason: "it cannot be opened")
    }
    self.file = file
  }

  deinit { try? file.close() }

  /// Appends one event with all finite numbers.
  public func write(step: Int, metrics: [Metric]) throws {
    let known = metrics.filter(\.value.isFinite)
    let event = Event(time: Date(), content: .summary(step: step, known))
    do {
      try file.seekToEnd()
      try file.write(contentsOf: Data(Self.record(event.bytes)))
    } catch {
      throw FileError.unwritable(path: path, reason: "\(error.localizedDescription)")
    }
  }

  /// A TFRecord: length, its checksum, the message, its checksum.
  private static func record(_ message: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(message.count))
    return length + littleEndian(CRC32C.masked(length)) + message + littleEndian(CRC32C.masked(message))
  }

  /// `tensorflow.Event`.
  private struct Event {
    enum Content {
      case fileVersion
      case summary(step: Int, [Metric])
    }

    let time: Date
    let content: Content

    var bytes: [UInt8] {
      var message = ProtobufMessage()
      message.append(double: time.timeIntervalSince1970, field: 1)  // wall_time
      switch content {
      case .fileVersion: message.append(bytes: Array("brain.Event:2".utf8), field: 3)  // file_version
      case .summary(let step, let metrics):
        message.append(integer: UInt64(step), field: 2)  // step
        var summary = ProtobufMessage()
        for metric in metrics {
          var value = ProtobufMessage()
          value.append(bytes: Array(metric.name.utf8), field: 1)  // tag
          value.append(float: Float(metric.value), field: 2)  // simple_value
          summary.append(bytes: value.bytes, field: 1)  // Summary.value
        }
        message.append(bytes: summary.bytes, field: 5)  // summary
      }
      return message.bytes
    }
  }
}

/// Protocol Buffers' wire format, as far as events need it.
private struct ProtobufMessage {
  var bytes: [UInt8] = []

  mutating func append(integer: UInt64, field: UInt64) {
    append(varint: field << 3)
    append(varint: integer)
  }

  mutating func append(double: Double, field: UInt64) {
    append(varint: field << 3 | 1)
    bytes += littleEndian(double.bitPattern)
  }

  mutating func append(bytes content: [UInt8], field: UInt64) {
    append(varint: field << 3 | 2)
    append(varint: UInt64(content.count))
    bytes += content
  }

  mutating func append(float: Float, field: UInt64) {
    append(varint: field << 3 | 5)
    bytes += littleEndian(float.bitPattern)
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

private func littleEndian(_ word: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: word.littleEndian) { Array($0) }
}
