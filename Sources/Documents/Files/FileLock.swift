#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that one process at a time can hold; the system lets go of it when a process ends, however it ends.
package struct FileLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock, or says that another holds it by nil.
  package init?(trying path: String) throws(InputError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: "the lock cannot be created") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
  }

  /// Waits for the lock and takes it.
  package init(_ path: String) throws(InputError) {
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
  package func release() { close(descriptor) }
}
