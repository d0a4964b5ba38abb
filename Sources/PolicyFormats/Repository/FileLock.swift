import Documents

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that one process at a time can hold, waiting for its turn; the system lets go of it when a process ends,
/// however it ends.
struct FileLock {
  private let descriptor: Int32

  /// Waits for the lock and takes it.
  init(_ path: String) throws(FileError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: "the lock cannot be created") }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else {
        close(descriptor)
        throw .unwritable(path: path, reason: "the lock cannot be taken")
      }
    }
  }

  /// Lets go.
  func release() { close(descriptor) }
}
