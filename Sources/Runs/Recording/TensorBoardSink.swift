import Documents
import Foundation

/// Metrics as a TensorBoard event file: `tensorboard --logdir runs` draws them.
///
/// The file is a TFRecord of `tensorflow.Event` messages. The three small messages needed are spelt by hand below, field
/// by field with the numbers of TensorFlow's public event.proto and summary.proto.
package final class TensorBoardSink: MetricSink {
  /// The file's path.
  package let path: String
  private let file: FileHandle

  /// Creates the event file of a run in a folder; TensorBoard knows it by its name.
  package init(folder: String, time: Date = Date()) throws(InputError) {
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
  package func write(step: Int, metrics: [Metric]) throws {
    let known = metrics.filter(\.value.isFinite)
    let event = Event(time: Date(), content: .summary(step: step, known))
    do {
      try file.seekToEnd()
      try file.write(contentsOf: Data(Self.record(event.bytes)))
    } catch {
      throw InputError.unwritable(path: path, reason: "\(error.localizedDescription)")
    }
  }

  /// A TFRecord: length, its checksum, the message, its checksum.
  private static func record(_ message: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(message.count))
    return length + littleEndian(maskedCheck(length)) + message + littleEndian(maskedCheck(message))
  }

  /// The check rotated and shifted, so that a check of bytes that hold checks is not degenerate.
  private static func maskedCheck(_ bytes: [UInt8]) -> UInt32 {
    let check = CRC32.castagnoli.checksum(bytes)
    return (check >> 15 | check << 17) &+ 0xA282_EAD8
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
      message.append(time.timeIntervalSince1970, field: 1)  // wall_time
      switch content {
      case .fileVersion: message.append("brain.Event:2", field: 3)  // file_version
      case .summary(let step, let metrics):
        message.append(step, field: 2)  // step
        var summary = ProtobufMessage()
        for metric in metrics {
          var value = ProtobufMessage()
          value.append(metric.name, field: 1)  // tag
          value.append(Float(metric.value), field: 2)  // simple_value
          summary.append(value, field: 1)  // Summary.value
        }
        message.append(summary, field: 5)  // summary
      }
      return message.bytes
    }
  }
}

private func littleEndian(_ word: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: word.littleEndian) { Array($0) }
}
