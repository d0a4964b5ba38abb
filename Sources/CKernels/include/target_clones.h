#ifndef APPORTION_TARGET_CLONES_H
#define APPORTION_TARGET_CLONES_H

/// Marks a function whose loops are compiled for SSE2, AVX2 and AVX-512; the loader picks the widest that
/// runs.
///
/// Elsewhere than on x86-64 the baseline is wide enough, and the macro is empty.
#if defined(__x86_64__)
#define APPORTION_VECTORIZED __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define APPORTION_VECTORIZED
#endif

#endif
