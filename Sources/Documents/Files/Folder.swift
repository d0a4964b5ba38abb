#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Folders, looked at.
package enum Folder {
  /// The names of what a folder holds, in no order, without `.` and `..`; none where there is no such folder.
  ///
  /// - Throws: `InputError` where there is one and it cannot be read: no right to, or too many open files.
  package static func names(in path: String) throws(InputError) -> [String] {
    guard let folder = opendir(path) else {
      if errno == ENOENT || errno == ENOTDIR { return [] }
      throw .unreadable(path: path, reason: lastReason())
    }
    defer { closedir(folder) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { characters in
        characters.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: characters.pointee))
        {
          String(cString: $0)
        }
      }
      if name != "." && name != ".." { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw .unreadable(path: path, reason: lastReason()) }
    return names
  }
}

/// What a file looked like: while two looks are equal, nobody wrote it in between, replaced it or renamed another over it.
package struct FileMark: Sendable, Equatable {
  private let device: UInt64
  private let inode: UInt64
  private let size: Int64
  private let written: [Int]

  /// Looks at a file, through symbolic links; nil where nothing is there.
  package init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// Looks at an open file.
  package init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    #if canImport(Glibc)
      let times = [status.st_mtim, status.st_ctim]
    #else
      let times = [status.st_mtimespec, status.st_ctimespec]
    #endif
    written = times.flatMap { [Int($0.tv_sec), Int($0.tv_nsec)] }
  }
}

/// Whether a name means a file with a description rather than one that comes with the library: it holds a slash, ends in
/// `.yaml` or `.yml`, or names a file that is there.
package func isDescriptionPath(_ name: String) -> Bool {
  name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") || access(name, F_OK) == 0
}
