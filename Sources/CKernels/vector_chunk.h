#ifndef APPORTION_VECTOR_CHUNK_H
#define APPORTION_VECTOR_CHUNK_H

#include <string.h>

#include "vector_math.h"

/// Lanes that are worked on together where lanes must branch together: one AVX-512 register.
enum { chunkLanes = 16 };

typedef float f32x16 __attribute__((ext_vector_type(16)));
typedef int32_t i32x16 __attribute__((ext_vector_type(16)));
typedef uint32_t u32x16 __attribute__((ext_vector_type(16)));

/// Whether a comparison holds in any lane.
#define ANY(mask) (__builtin_reduce_or(mask) != 0)

/// The standard normal quantiles of 16 numbers, perhaps in place; bit for bit those of `vm_normal_quantile`.
///
/// One number in 300 lies in the tail, so most chunks do without the tail's polynomial.
static inline __attribute__((always_inline)) void vm_normal_quantiles(const float *u, float *z) {
  float depth[chunkLanes], scale[chunkLanes], quantile[chunkLanes];
  for (int i = 0; i < chunkLanes; i++) {
    depth[i] = vm_quantile_depth(u[i]);
    scale[i] = vm_quantile_scale(u[i]);
    quantile[i] = scale[i] * vm_quantile_centre(depth[i]);
  }
  f32x16 depths;
  memcpy(&depths, depth, sizeof depths);
  if (ANY(depths >= vm_tail_depth)) {
    for (int i = 0; i < chunkLanes; i++)
      quantile[i] = depth[i] < vm_tail_depth ? quantile[i] : scale[i] * vm_quantile_tail(depth[i]);
  }
  memcpy(z, quantile, sizeof quantile);
}

#endif
