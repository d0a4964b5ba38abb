#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The number of processors that are online: how many threads can gain anything.
public func availableThreads() -> Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
