import Foundation
import ModelFormats
import Synchronization

/// A file of JSON documents, one to a line, that is renamed to `<path>.1`, `.2`, … when it gets long.
///
/// Lines gather in memory and are written a few times a second by a thread of their own.
public final class JSONLinesLog: Sendable {
  private struct State {
    var file: FileHandle
    var size: Int
    var pending: [UInt8] = []
    var isScheduled = false
  }

  private let path: String
  private let sizeLimit: Int
  private let keep: Int
  private let state: Mutex<State>
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
    state = Mutex(State(file: file, size: Int((try? file.seekToEnd()) ?? 0)))
  }

  /// Adds a document.
  public func append(_ document: JSONValue) {
    let line = Array((document.text() + "\n").utf8)
    let isFirst = state.withLock { state -> Bool in
      state.pending += line
      defer { state.isScheduled = true }
      return !state.isScheduled
    }
    if isFirst { queue.asyncAfter(deadline: .now() + .milliseconds(200)) { self.flush() } }
  }

  /// Writes what has gathered.
  public func flush() {
    state.withLock { state in
      state.isScheduled = false
      guard !state.pending.isEmpty else { return }
      // A full disk must not stop the server: what cannot be written is lost.
      try? state.file.write(contentsOf: Data(state.pending))
      state.size += state.pending.count
      state.pending.removeAll(keepingCapacity: true)
      if state.size > sizeLimit, let file = rotated() {
        try? state.file.close()
        state.file = file
        state.size = 0
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
