#include "network_kernels.h"

#include "target_clones.h"
#include "vector_chunk.h"

APPORTION_VECTORIZED void ck_bias_add(
    float *restrict x, size_t stride, const float *restrict bias, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, x += stride)
    for (size_t column = 0; column < columns; column++) x[column] += bias[column];
}

APPORTION_VECTORIZED void ck_bias_relu(
    float *restrict x, size_t stride, const float *restrict bias, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, x += stride)
    for (size_t column = 0; column < columns; column++) {
      const float sum = x[column] + bias[column];
      // Written so that NaN stays NaN: a broken network must not look healthy.
      x[column] = sum < 0.0f ? 0.0f : sum;
    }
}

APPORTION_VECTORIZED void ck_relu_backward(
    float *restrict gradient, const float *restrict activation, size_t n) {
  for (size_t i = 0; i < n; i++) gradient[i] = activation[i] <= 0.0f ? 0.0f : gradient[i];
}

enum { tileVectors = 4, tileColumns = chunkLanes * tileVectors };

APPORTION_VECTORIZED void ck_column_sums_add(
    const float *restrict x, size_t stride, float *restrict sums, size_t rows, size_t columns) {
  size_t column = 0;
  // A tile of columns stays in registers while all rows pass.
  for (; column + tileColumns <= columns; column += tileColumns) {
    f32x16 tile[tileVectors];
    memcpy(tile, sums + column, sizeof tile);
    const float *from = x + column;
    for (size_t row = 0; row < rows; row++, from += stride) {
      f32x16 values[tileVectors];
      memcpy(values, from, sizeof values);
      for (int v = 0; v < tileVectors; v++) tile[v] += values[v];
    }
    memcpy(sums + column, tile, sizeof tile);
  }
  for (size_t row = 0; row < rows; row++)
    for (size_t c = column; c < columns; c++) sums[c] += x[row * stride + c];
}

/// Transposes 16 × 16 elements.
static inline __attribute__((always_inline)) void transpose_tile(
    const float *restrict x, size_t x_stride, float *restrict y, size_t y_stride) {
  f32x16 tile[chunkLanes];
  for (int i = 0; i < chunkLanes; i++) memcpy(tile + i, x + (size_t)i * x_stride, sizeof *tile);
  transpose_chunk(tile);
  for (int i = 0; i < chunkLanes; i++) memcpy(y + (size_t)i * y_stride, tile + i, sizeof *tile);
}

APPORTION_VECTORIZED void ck_transpose(
    const float *restrict x, size_t x_stride, float *restrict y, size_t y_stride, size_t rows, size_t columns) {
  const size_t tiledRows = rows / chunkLanes * chunkLanes;
  const size_t tiledColumns = columns / chunkLanes * chunkLanes;
  for (size_t row = 0; row < tiledRows; row += chunkLanes)
    for (size_t column = 0; column < tiledColumns; column += chunkLanes)
      transpose_tile(x + row * x_stride + column, x_stride, y + column * y_stride + row, y_stride);
  for (size_t row = 0; row < rows; row++)
    for (size_t column = row < tiledRows ? tiledColumns : 0; column < columns; column++)
      y[column * y_stride + row] = x[row * x_stride + column];
}

APPORTION_VECTORIZED void ck_add(float *restrict x, const float *restrict y, size_t n) {
  for (size_t i = 0; i < n; i++) x[i] += y[i];
}

APPORTION_VECTORIZED double ck_sum_squares(const float *x, size_t n) {
#pragma clang fp contract(fast)
  enum { lanes = 32, block = 2048 };
  double total = 0;
  for (size_t start = 0; start < n; start += block) {
    const size_t end = n - start < block ? n : start + block;
    float sums[lanes] = {0};
    size_t i = start;
    for (; i + lanes <= end; i += lanes)
      for (int lane = 0; lane < lanes; lane++) sums[lane] += x[i + lane] * x[i + lane];
    for (int lane = 0; i < end; i++, lane++) sums[lane] += x[i] * x[i];
    for (int lane = 0; lane < lanes; lane++) total += (double)sums[lane];
  }
  return total;
}

APPORTION_VECTORIZED void ck_polyak(
    float *restrict target, const float *restrict online, float rate, size_t n) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < n; i++) target[i] += rate * (online[i] - target[i]);
}

/// The constants of a step in the precision of its loop.
typedef struct {
  float keep1, take1, keep2, take2, scale, size, inverseRoot, epsilon;
} adam_constants;

static inline adam_constants prepare(ck_adam_step step) {
  return (adam_constants){
      .keep1 = (float)step.beta1,
      .take1 = (float)(1 - step.beta1),
      .keep2 = (float)step.beta2,
      .take2 = (float)(1 - step.beta2),
      .scale = step.gradientScale,
      .size = (float)(step.learningRate / step.bias1),
      .inverseRoot = (float)(1 / __builtin_elementwise_sqrt(step.bias2)),
      .epsilon = (float)step.epsilon};
}

/// The moved parameter; both running means are updated in place.
static inline __attribute__((always_inline)) float moved(
    float parameter, float gradient, float *first, float *second, adam_constants c) {
#pragma clang fp contract(fast)
  const float g = gradient * c.scale;
  const float m = c.keep1 * *first + c.take1 * g;
  const float v = c.keep2 * *second + c.take2 * (g * g);
  *first = m;
  *second = v;
  return parameter - c.size * m / (vm_sqrt(v) * c.inverseRoot + c.epsilon);
}

APPORTION_VECTORIZED void ck_adam(
    float *restrict parameters, const float *restrict gradients, float *restrict first,
    float *restrict second, size_t n, ck_adam_step step) {
  const adam_constants c = prepare(step);
  if (gradients)
    for (size_t i = 0; i < n; i++) parameters[i] = moved(parameters[i], gradients[i], first + i, second + i, c);
  else
    for (size_t i = 0; i < n; i++) parameters[i] = moved(parameters[i], 0, first + i, second + i, c);
}

APPORTION_VECTORIZED void ck_adam_polyak(
    float *restrict parameters, const float *restrict gradients, float *restrict first,
    float *restrict second, float *restrict target, float rate, size_t n, ck_adam_step step) {
#pragma clang fp contract(fast)
  const adam_constants c = prepare(step);
  if (gradients)
    for (size_t i = 0; i < n; i++) {
      const float parameter = moved(parameters[i], gradients[i], first + i, second + i, c);
      parameters[i] = parameter;
      target[i] += rate * (parameter - target[i]);
    }
  else
    for (size_t i = 0; i < n; i++) {
      const float parameter = moved(parameters[i], 0, first + i, second + i, c);
      parameters[i] = parameter;
      target[i] += rate * (parameter - target[i]);
    }
}
