#include "replay_kernels.h"

#include "target_clones.h"

// A replayed row stands anywhere in a ring far larger than the caches: ask for it this many rows ahead.
#define ROWS_AHEAD 8
#define FLOATS_PER_LINE 16

APPORTION_VECTORIZED
void ck_gather_normalized(const float *rows, size_t row_stride, const int32_t *indexes, size_t count, size_t columns,
                          const float *restrict mean, const float *restrict inverse, const float *restrict lower,
                          const float *restrict upper, float *restrict out, size_t out_stride) {
  for (size_t i = 0; i < count; i++) {
    if (indexes && i + ROWS_AHEAD < count) {
      const float *ahead = rows + (size_t)indexes[i + ROWS_AHEAD] * row_stride;
      for (size_t j = 0; j < columns; j += FLOATS_PER_LINE) __builtin_prefetch(ahead + j);
    }
    const float *restrict row = rows + (indexes ? (size_t)indexes[i] : i) * row_stride;
    float *restrict to = out + i * out_stride;
    for (size_t j = 0; j < columns; j++) {
      float value = (row[j] - mean[j]) * inverse[j];
      value = value < lower[j] ? lower[j] : value;
      to[j] = value > upper[j] ? upper[j] : value;
    }
  }
}
