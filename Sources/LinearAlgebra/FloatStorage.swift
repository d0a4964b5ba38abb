#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Uninitialised storage for `count` floats at a 64-byte boundary; given back with `freeFloats`.
///
/// Storage of several huge pages asks for them: rows gathered from all over it then miss the caches, but not the
/// translation of addresses as well.
public func allocateFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
  let bytes = max(64, count * MemoryLayout<Float>.stride)
  let isLarge = bytes >= 2 * hugePage
  var raw: UnsafeMutableRawPointer?
  let status = posix_memalign(&raw, isLarge ? hugePage : 64, bytes)
  guard status == 0, let raw else { fatalError("Out of memory: \(count) floats cannot be allocated.") }
  #if canImport(Glibc)
    // A wish only: without huge pages all goes on as before.
    if isLarge { _ = madvise(raw, bytes / hugePage * hugePage, MADV_HUGEPAGE) }
  #endif
  return raw.bindMemory(to: Float.self, capacity: count)
}

/// Gives storage of `allocateFloats` back.
public func freeFloats(_ storage: UnsafeMutablePointer<Float>) { free(storage) }

private let hugePage = 1 << 21
