import COpenBLAS

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The name of the processor that OpenBLAS's kernels are made for, as `SkylakeX`: results round alike where it is the same.
public var blasKernel: String { openblas_get_corename().map { String(cString: $0) } ?? "unknown" }

/// Has OpenBLAS choose its kernels by the processor's instructions where it does not know the processor's model.
///
/// OpenBLAS tells processors by their model numbers. On one that is newer than itself it falls back on kernels of 2004, by
/// which a product takes two to three times as long. What `OPENBLAS_CORETYPE` says, where it is set, stands.
///
/// It is for a program to call where it starts, before any product: the kernels are the whole process's.
public func chooseBLASKernels() {
  let known: Set = ["Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids"]
  let name = "OPENBLAS_CORETYPE"
  guard getenv(name) == nil, !known.contains(blasKernel), let newest = copenblas_newest_kernels() else {
    return
  }
  // Builds for one processor alone have no such functions.
  guard let program = dlopen(nil, RTLD_NOW), let quit = dlsym(program, "gotoblas_dynamic_quit"),
    let begin = dlsym(program, "gotoblas_dynamic_init")
  else { return }
  setenv(name, newest, 1)
  unsafeBitCast(quit, to: (@convention(c) () -> Void).self)()
  unsafeBitCast(begin, to: (@convention(c) () -> Void).self)()
  unsetenv(name)
}
