#ifndef APPORTION_REPLAY_KERNELS_H
#define APPORTION_REPLAY_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/// out[i] ← min(upper, max(lower, (rows[indexes[i]] − mean) · inverse)), column by column; a NaN stays a NaN.
///
/// rows: `columns` floats each, `row_stride` floats apart; indexes: the row of each of `count` outputs, or null for
/// rows 0, 1, …; mean, inverse, lower, upper: one float per column; out: count × columns, `out_stride` apart.
void ck_gather_normalized(const float *rows, size_t row_stride, const int32_t *indexes, size_t count, size_t columns,
                          const float *mean, const float *inverse, const float *lower, const float *upper, float *out,
                          size_t out_stride);

#endif
