#ifndef APPORTION_COPENBLAS_SHIM_H
#define APPORTION_COPENBLAS_SHIM_H

// OpenBLAS's own CBLAS header and Debian's LAPACKE. LAPACKE's complex types are not needed here, and defining
// them first keeps <complex.h>, which Swift cannot import, out of the module.
#include <cblas.h>
#define lapack_complex_float float _Complex
#define lapack_complex_double double _Complex
#include <lapacke.h>

// The newest of OpenBLAS's kernels that the processor can run, as OPENBLAS_CORETYPE names them; NULL below AVX2.
static inline const char *copenblas_newest_kernels(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd"))
    return "SKYLAKEX";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "HASWELL";
#endif
  return 0;
}

#endif
