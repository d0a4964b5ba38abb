#ifndef APPORTION_COPENBLAS_SHIM_H
#define APPORTION_COPENBLAS_SHIM_H

// OpenBLAS's own CBLAS header and Debian's LAPACKE. LAPACKE's complex types are not needed here, and defining
// them first keeps <complex.h>, which Swift cannot import, out of the module.
#include <cblas.h>
#define lapack_complex_float float _Complex
#define lapack_complex_double double _Complex
#include <lapacke.h>

#endif
