import Documents
import Foundation
import Synchronization

/// A file of JSON documents, one to a line, that is renamed to `<path>.1`, `.2`, … when it gets long.
///
/// Lines gather in memory and are written a few times a second by a thread of their own, so that whoever logs never waits
/// for a disk. Where the disk does not keep up, lines are dropped and counted.
public final class JSONLinesLog: Sendable {
  private struct Pending {
    var lines: [UInt8] = []
    var dropped = 0
    var isScheduled = false
  }

  private struct Output {
    var file: FileHandle
    var size: Int
  }

  /// The most bytes that wait to be written.
  private static let pendingLimit = 16 << 20

  private let path: String
  private let sizeLimit: Int
  private let keep: Int
  private let pending = Mutex(Pending())
  private let output: Mutex<Output>
  private let queue = DispatchQueue(label: "log")

  /// Opens a log, going on with what the file holds.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - sizeLimit: above so many bytes the file is renamed and a new one begun.
  ///   - keep: how many renamed files stay.
  public init(path: String, sizeLimit: Int = 64 << 20, keep: Int = 9) throws(FileError) {
    self.path = path
    self.sizeLimit = sizeLimit
    self.keep = keep
    let file = try Self.open(path)
    output = Mutex(Output(file: file, size: Int((try? file.seekToEnd()) ?? 0)))
  }

  /// Adds a document.
  public func append(_ document: JSONValue) {
    let line = document.text()
    let isFirst = pending.withLock { pending -> Bool in
      if pending.lines.count + line.utf8.count < Self.pendingLimit {
        pending.lines += line.utf8
        pending.lines.append(UInt8(ascii: "\n"))
      } else {
        pending.dropped += 1
      }
      defer { pending.isScheduled = true }
      return !pending.isScheduled
    }
    if isFirst { queue.asyncAfter(deadline: .now() + .milliseconds(200)) { self.flush() } }
  }

  /// Writes what has gathered.
  public func flush() {
    output.withLock { output in
      let taken = pending.withLock { pending in
        defer { pending = Pending() }
        return pending
      }
      var lines = taken.lines
      if taken.dropped > 0 { lines += "{\"dropped_lines\":\(taken.dropped)}\n".utf8 }
      guard !lines.isEmpty else { return }
      // A full disk must not stop the server: what cannot be written is lost.
      try? output.file.write(contentsOf: Data(lines))
      output.size += lines.count
      if output.size > sizeLimit, let file = rotated() {
        try? output.file.close()
        output = Output(file: file, size: 0)
      }
    }
  }

  private func rotated() -> FileHandle? {
    let files = FileManager.default
    try? files.removeItem(atPath: "\(path).\(keep)")
    for number in stride(from: keep - 1, through: 1, by: -1) {
      try? files.moveItem(atPath: "\(path).\(number)", toPath: "\(path).\(number + 1)")
    }
    try? files.moveItem(atPath: path, toPath: path + ".1")
    return try? Self.open(path)
  }

  private static func open(_ path: String) throws(FileError) -> FileHandle {
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    guard let file = FileHandle(forWritingAtPath: path) else {
      throw .unwritable(path: path, reason: "the log cannot be opened")
    }
    return file
  }
}
