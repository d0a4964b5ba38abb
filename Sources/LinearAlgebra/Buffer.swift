#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A fixed number of elements at a 64-byte boundary, freed with their owner.
///
/// ```swift
/// let rewards = Buffer(repeating: Float(0), count: 1024)
/// rewards[3] = 1
/// ```
///
/// The one place where memory is claimed and given back. The buffer cannot be copied, so no hot loop pays for reference
/// counting or copy-on-write. Storage of several huge pages asks for them: rows gathered from all over it then miss the
/// caches, but not the translation of addresses as well.
public struct Buffer<Element>: ~Copyable, @unchecked Sendable {
  /// The first element; valid as long as the buffer lives.
  public let pointer: UnsafeMutablePointer<Element>
  /// The number of elements.
  public let count: Int

  /// Creates a buffer of equal elements.
  @inlinable public init(repeating value: Element, count: Int) {
    pointer = allocate(Element.self, count: count)
    self.count = count
    pointer.initialize(repeating: value, count: count)
  }

  /// Creates a buffer of elements made one by one, in order.
  @inlinable public init(count: Int, _ make: (_ index: Int) -> Element) {
    pointer = allocate(Element.self, count: count)
    self.count = count
    for index in 0..<count { (pointer + index).initialize(to: make(index)) }
  }

  /// Creates a buffer with the elements of an array.
  @inlinable public init(_ elements: [Element]) {
    self.init(count: elements.count) { elements[$0] }
  }

  @inlinable deinit {
    pointer.deinitialize(count: count)
    free(pointer)
  }

  /// The element at an index, which is checked; loops that cannot afford it go by `pointer`.
  @inlinable public subscript(index: Int) -> Element {
    get {
      check(index)
      return pointer[index]
    }
    nonmutating _modify {
      check(index)
      yield &pointer[index]
    }
  }

  @inlinable func check(_ index: Int) {
    precondition(index >= 0 && index < count, "There is no element \(index) among \(count).")
  }

  /// The elements, as a function takes them that reads.
  @inlinable public var span: Span<Element> {
    @_lifetime(borrow self)
    get { _overrideLifetime(Span(_unsafeStart: pointer, count: count), borrowing: self) }
  }

  /// Sets every element.
  @inlinable public func fill(_ value: Element) { pointer.update(repeating: value, count: count) }
}

extension Buffer where Element: BitwiseCopyable {
  /// Creates a buffer whose elements have no value yet; memory is claimed as they are first written.
  @inlinable public init(unfilled count: Int) {
    pointer = allocate(Element.self, count: count)
    self.count = count
  }
}

/// Uninitialised storage at a 64-byte boundary.
@inlinable func allocate<Element>(_: Element.Type, count: Int) -> UnsafeMutablePointer<Element> {
  precondition(count >= 0, "A buffer needs a number of elements, not \(count).")
  return allocate(bytes: count * MemoryLayout<Element>.stride).bindMemory(to: Element.self, capacity: count)
}

@usableFromInline func allocate(bytes: Int) -> UnsafeMutableRawPointer {
  let hugePage = 1 << 21
  let isLarge = bytes >= 2 * hugePage
  var raw: UnsafeMutableRawPointer?
  let status = posix_memalign(&raw, isLarge ? hugePage : 64, max(64, bytes))
  guard status == 0, let raw else { fatalError("Out of memory: \(bytes) bytes cannot be allocated.") }
  #if canImport(Glibc)
    // A wish only: without huge pages all goes on as before.
    if isLarge { _ = madvise(raw, bytes / hugePage * hugePage, MADV_HUGEPAGE) }
  #endif
  return raw
}
