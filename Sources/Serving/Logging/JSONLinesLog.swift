import Documents
import Foundation
import Synchronization

/// A file of JSON documents, one to a line, that is renamed to `<path>.1`, `.2`, … when it gets long.
///
/// Lines gather in memory and are written a few times a second by a thread of their own, so that whoever logs never waits
/// for a disk. They are appended to whatever then stands at the path: others may rename the file, remove it or cut it short
/// (logrotate does either). Where the disk does not keep up or is full, lines are lost whole and counted.
public final class JSONLinesLog: Sendable {
  private struct Pending {
    var lines: [UInt8] = []
    var isScheduled = false
  }

  private struct Lost {
    var total = 0
    /// Of which the file says nothing yet.
    var untold = 0

    mutating func add(_ lines: Int) {
      total += lines
      untold += lines
    }
  }

  /// The most bytes that wait to be written.
  private static let pendingLimit = 16 << 20

  private let path: String
  private let sizeLimit: Int
  private let keep: Int
  private let pending = Mutex(Pending())
  private let lost = Mutex(Lost())
  /// The open file's descriptor; nil while it cannot be opened.
  private let output: Mutex<Int32?>
  private let queue = DispatchQueue(label: "log")

  /// Opens a log, going on with what the file holds.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - sizeLimit: above so many bytes the file is renamed and a new one begun.
  ///   - keep: how many renamed files stay.
  public init(path: String, sizeLimit: Int = 64 << 20, keep: Int = 9) throws(InputError) {
    self.path = path
    self.sizeLimit = sizeLimit
    self.keep = keep
    guard let file = Self.open(path) else {
      throw .unwritable(path: path, reason: "the log cannot be opened")
    }
    output = Mutex(file)
  }

  deinit { if let file = output.withLock({ $0 }) { close(file) } }

  /// How many lines could not be written.
  public var lostLines: Int { lost.withLock { $0.total } }

  /// Adds a document.
  public func append(_ document: JSONValue) {
    let line = document.text()
    let isFirst = pending.withLock { pending -> Bool in
      if pending.lines.count + line.utf8.count < Self.pendingLimit {
        pending.lines += line.utf8
        pending.lines.append(UInt8(ascii: "\n"))
      } else {
        lost.withLock { $0.add(1) }
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
      let untold = lost.withLock { $0.untold }
      let report = untold > 0 ? Array("{\"dropped_lines\":\(untold)}\n".utf8) : []
      guard !taken.lines.isEmpty || !report.isEmpty else { return }
      if output.flatMap({ FileMark(descriptor: $0) }) != FileMark(path) { reopen(&output) }
      // A full disk must not stop the server: what cannot be written is lost.
      let isTold = !report.isEmpty && write(report, to: output) == 0
      let missed = write(taken.lines, to: output)
      lost.withLock {
        if isTold { $0.untold -= untold }
        $0.add(missed)
      }
      var status = stat()
      if let file = output, fstat(file, &status) == 0, status.st_size > sizeLimit {
        rename()
        reopen(&output)
      }
    }
  }

  /// Appends lines, whole ones only, and says how many could not be.
  private func write(_ lines: [UInt8], to file: Int32?) -> Int {
    var written = 0
    while let file, written < lines.count {
      let count = lines[written...].withUnsafeBytes { systemWrite(file, $0) }
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { break }
      written += count
    }
    let newline = UInt8(ascii: "\n")
    let whole = lines[..<written].lastIndex(of: newline).map { $0 + 1 } ?? 0
    var status = stat()
    if whole < written, let file, fstat(file, &status) == 0 {
      // Half a line would spoil the one that follows it.
      _ = ftruncate(file, status.st_size - off_t(written - whole))
    }
    return lines[whole...].count { $0 == newline }
  }

  private func rename() {
    let files = FileManager.default
    try? files.removeItem(atPath: "\(path).\(keep)")
    for number in stride(from: keep - 1, through: 1, by: -1) {
      try? files.moveItem(atPath: "\(path).\(number)", toPath: "\(path).\(number + 1)")
    }
    try? files.moveItem(atPath: path, toPath: path + ".1")
  }

  private func reopen(_ output: inout Int32?) {
    if let file = output { close(file) }
    output = Self.open(path)
  }

  private static func open(_ path: String) -> Int32? {
    let file = systemOpen(path)
    return file >= 0 ? file : nil
  }
}

/// `open(2)` to append, and `write(2)`, under names that the methods of the log do not hide.
private func systemOpen(_ path: String) -> Int32 {
  open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
}

private func systemWrite(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(file, bytes.baseAddress, bytes.count)
}
