#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files that are read whole, and appear whole or not at all.
package enum AtomicFile {
  /// Reads a whole regular file.
  package static func read(_ path: String) throws(InputError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { throw .missing(path: path) }
      throw .unreadable(path: path, reason: lastReason())
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, reason: lastReason()) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "it is not a regular file")
    }
    let size = Int(status.st_size)
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = 0
      while count < size, let start = buffer.baseAddress {
        let got = systemRead(descriptor, start + count, size - count)
        if got < 0 && errno == EINTR { continue }
        if got <= 0 {
          failed = got < 0
          break
        }
        count += got
      }
    }
    guard !failed else { throw .unreadable(path: path, reason: lastReason()) }
    return bytes
  }

  /// Writes the bytes to a new file beside the path, flushes them to the disk and renames the file to the path.
  ///
  /// A reader sees the old file or the new one, never a part, and a failure leaves nothing behind. A symbolic link is
  /// followed; anything but a regular file (a device, a folder) is refused.
  package static func write(_ bytes: [UInt8], to path: String) throws(InputError) {
    var destination = path
    var mode: mode_t = 0o666
    var keepsMode = false
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw .unwritable(path: path, reason: "it exists and is not a regular file")
      }
      mode = status.st_mode & 0o777
      keepsMode = true
      if let resolved = realpath(path, nil) {
        destination = String(cString: resolved)
        free(resolved)
      }
    }
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let folder = destination.lastIndex(of: "/").map { String(destination[...$0]) } ?? ""
    let temporary = "\(folder).\(destination.dropFirst(folder.count))-\(suffix)"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: lastReason()) }
    var isWhole = (!keepsMode || fchmod(descriptor, mode) == 0) && writeAll(bytes, to: descriptor)
    isWhole = isWhole && fsync(descriptor) == 0
    let reason = lastReason()
    close(descriptor)
    guard isWhole else {
      unlink(temporary)
      throw .unwritable(path: path, reason: reason)
    }
    guard rename(temporary, destination) == 0 else {
      let reason = lastReason()
      unlink(temporary)
      throw .unwritable(path: path, reason: reason)
    }
    flush(folder: folder.isEmpty ? "." : folder)
  }

  /// Writes a text as UTF-8.
  package static func write(_ text: String, to path: String) throws(InputError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes the document of a value over many lines; see `JSONValue.init(encoding:)`.
  package static func write(document: some Encodable, to path: String) throws(InputError) {
    try write(JSONValue(encoding: document).text(indented: true) + "\n", to: path)
  }

  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count, let start = buffer.baseAddress {
        let count = systemWrite(descriptor, start + written, buffer.count - written)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return false }
        written += count
      }
      return true
    }
  }

  /// Makes the new name as durable as the bytes; not every file system allows it, and none needs it for wholeness.
  package static func flush(folder: String) {
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = fsync(descriptor)
    close(descriptor)
  }
}

/// What the C library says of the last failure, as the middle of a sentence.
func lastReason() -> String {
  let reason = String(cString: strerror(errno))
  return reason.prefix(1).lowercased() + reason.dropFirst()
}

/// `write(2)` under a name that the methods of `AtomicFile` do not hide.
private func systemWrite(_ descriptor: Int32, _ start: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, start, count)
}

/// `read(2)` under a name that the methods of `AtomicFile` do not hide.
private func systemRead(_ descriptor: Int32, _ start: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(descriptor, start, count)
}
