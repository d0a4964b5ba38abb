#ifndef APPORTION_VECTOR_CHUNK_H
#define APPORTION_VECTOR_CHUNK_H

#include <string.h>

#include "vector_math.h"

/// Lanes that are worked on together where lanes must branch together: one AVX-512 register.
enum { chunkLanes = 16 };

typedef float f32x4 __attribute__((ext_vector_type(4)));
typedef float f32x8 __attribute__((ext_vector_type(8)));
typedef float f32x16 __attribute__((ext_vector_type(16)));
typedef int32_t i32x16 __attribute__((ext_vector_type(16)));
typedef uint32_t u32x16 __attribute__((ext_vector_type(16)));

/// Whether a comparison holds in any lane.
#define ANY(mask) (__builtin_reduce_or(mask) != 0)

/// Transposes 16 × 16 numbers by four perfect shuffles of their rows.
static inline __attribute__((always_inline)) void transpose_chunk(f32x16 tile[chunkLanes]) {
  enum { half = chunkLanes / 2 };
  f32x16 shuffled[chunkLanes];
#pragma clang loop unroll(full)
  for (int round = 0; round < 4; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < half; i++) {
      shuffled[2 * i] = __builtin_shufflevector(
          tile[i], tile[i + half], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      shuffled[2 * i + 1] = __builtin_shufflevector(
          tile[i], tile[i + half], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    memcpy(tile, shuffled, sizeof shuffled);
  }
}

/// Replaces those of 16 central quantiles that lie in the tails. One number in 300 does, so most chunks do without the
/// tail's polynomial.
static inline __attribute__((always_inline)) void vm_correct_tails(
    const float *depth, const float *scale, float *quantile) {
  f32x16 depths;
  memcpy(&depths, depth, sizeof depths);
  if (!ANY(depths >= vm_tail_depth)) return;
  for (int i = 0; i < chunkLanes; i++)
    quantile[i] = depth[i] < vm_tail_depth ? quantile[i] : scale[i] * vm_quantile_tail(depth[i]);
}

/// The standard normal quantiles of 16 numbers, perhaps in place; bit for bit those of `vm_normal_quantile`.
static inline __attribute__((always_inline)) void vm_normal_quantiles(const float *u, float *z) {
  float depth[chunkLanes], scale[chunkLanes], quantile[chunkLanes];
  for (int i = 0; i < chunkLanes; i++) {
    depth[i] = vm_quantile_depth(u[i]);
    scale[i] = vm_quantile_scale(u[i]);
    quantile[i] = scale[i] * vm_quantile_centre(depth[i]);
  }
  vm_correct_tails(depth, scale, quantile);
  memcpy(z, quantile, sizeof quantile);
}

#endif
