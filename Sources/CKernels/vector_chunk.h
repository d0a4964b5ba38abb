#ifndef APPORTION_VECTOR_CHUNK_H
#define APPORTION_VECTOR_CHUNK_H

#include <stddef.h>
#include <string.h>

#include "vector_math.h"

/// Lanes that are worked on together where lanes must branch together: one AVX-512 register.
enum { chunkLanes = 16 };

typedef float f32x16 __attribute__((ext_vector_type(16)));
typedef int32_t i32x16 __attribute__((ext_vector_type(16)));
typedef uint32_t u32x16 __attribute__((ext_vector_type(16)));

/// Whether a comparison holds in any lane.
#define ANY(mask) (__builtin_reduce_or(mask) != 0)

/// Transposes the 4 × 4 numbers in each quarter of four chunks, which no register of any width must cross for.
static inline __attribute__((always_inline)) void transpose_quarters(f32x16 rows[4]) {
  const f32x16 lowPair = __builtin_shufflevector(
      rows[0], rows[1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
  const f32x16 highPair = __builtin_shufflevector(
      rows[0], rows[1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
  const f32x16 nextLowPair = __builtin_shufflevector(
      rows[2], rows[3], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
  const f32x16 nextHighPair = __builtin_shufflevector(
      rows[2], rows[3], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
  rows[0] = __builtin_shufflevector(
      lowPair, nextLowPair, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
  rows[1] = __builtin_shufflevector(
      lowPair, nextLowPair, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  rows[2] = __builtin_shufflevector(
      highPair, nextHighPair, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
  rows[3] = __builtin_shufflevector(
      highPair, nextHighPair, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
}

/// Reads 16 rows of a table of rows of four as four columns: a load per row, where a gather per column would take 64.
static inline __attribute__((always_inline)) void read_rows(
    const float *table, const int32_t rows[chunkLanes], f32x16 columns[4]) {
  float lines[4][chunkLanes];
#pragma clang loop unroll(full)
  for (int i = 0; i < chunkLanes; i++)
    memcpy(lines[i % 4] + i / 4 * 4, table + 4 * (ptrdiff_t)rows[i], 4 * sizeof(float));
  memcpy(columns, lines, sizeof lines);
  transpose_quarters(columns);
}

/// The quarters of two chunks in turn: the even ones, a₀ b₀ a₂ b₂, and the odd ones, a₁ b₁ a₃ b₃.
static inline __attribute__((always_inline)) void pair_quarters(
    const f32x16 *a, const f32x16 *b, f32x16 *even, f32x16 *odd) {
  *even = __builtin_shufflevector(*a, *b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
  *odd = __builtin_shufflevector(*a, *b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
}

/// The halves of two chunks in turn: the first ones, then the second ones.
static inline __attribute__((always_inline)) void pair_halves(
    const f32x16 *a, const f32x16 *b, f32x16 *first, f32x16 *second) {
  *first = __builtin_shufflevector(*a, *b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  *second = __builtin_shufflevector(*a, *b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}

/// Transposes 16 × 16 numbers: first within quarters, then quarters as wholes.
static inline __attribute__((always_inline)) void transpose_chunk(f32x16 tile[chunkLanes]) {
#pragma clang loop unroll(full)
  for (int q = 0; q < chunkLanes; q += 4) transpose_quarters(tile + q);
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) {
    f32x16 even[2], odd[2];
    pair_quarters(tile + i, tile + i + 4, even, odd);
    pair_quarters(tile + i + 8, tile + i + 12, even + 1, odd + 1);
    pair_halves(even, even + 1, tile + i, tile + i + 8);
    pair_halves(odd, odd + 1, tile + i + 4, tile + i + 12);
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
