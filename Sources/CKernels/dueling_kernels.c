#include "dueling_kernels.h"

#include "target_clones.h"
#include "vector_chunk.h"

APPORTION_VECTORIZED void ck_mean_row(const float *restrict x, size_t rows, size_t n, float *restrict mean) {
  memcpy(mean, x, n * sizeof *mean);
  for (size_t row = 1; row < rows; row++)
    for (size_t i = 0; i < n; i++) mean[i] += x[row * n + i];
  const float share = 1 / (float)rows;
  for (size_t i = 0; i < n; i++) mean[i] *= share;
}

APPORTION_VECTORIZED void ck_center_rows(float *restrict x, size_t rows, size_t n, float *restrict mean) {
  ck_mean_row(x, rows, n, mean);
  for (size_t row = 0; row < rows; row++)
    for (size_t i = 0; i < n; i++) x[row * n + i] -= mean[i];
}

/// hidden · (weights − means); without means, hidden · weights. 32 interleaved sums keep the vector units busy.
static inline __attribute__((always_inline)) float product(
    const float *restrict hidden, const float *restrict weights, const float *restrict means, size_t n) {
#pragma clang fp contract(fast)
  enum { lanes = 32 };
  float sums[lanes] = {0};
  size_t i = 0;
  if (means) {
    for (; i + lanes <= n; i += lanes)
      for (int lane = 0; lane < lanes; lane++)
        sums[lane] += hidden[i + lane] * (weights[i + lane] - means[i + lane]);
  } else {
    for (; i + lanes <= n; i += lanes)
      for (int lane = 0; lane < lanes; lane++) sums[lane] += hidden[i + lane] * weights[i + lane];
  }
  for (int lane = 0; i < n; i++, lane++) sums[lane] += hidden[i] * (means ? weights[i] - means[i] : weights[i]);
  // Halves are added to halves, which vectors do as well.
  for (int half = lanes / 2; half > 0; half /= 2)
    for (int lane = 0; lane < half; lane++) sums[lane] += sums[lane + half];
  return sums[0];
}

APPORTION_VECTORIZED void ck_dueling_values(
    const float *restrict hidden, size_t n, const float *restrict weights, const float *restrict biases,
    const float *restrict means, const float *restrict meanBiases, const int32_t *restrict choices,
    size_t branches, float *restrict values) {
  values[0] = product(hidden, weights, NULL, n) + biases[0];
  for (size_t k = 0; k < branches; k++) {
    const size_t output = (size_t)choices[k];
    values[1 + k] = product(hidden, weights + output * n, means + k * n, n) + (biases[output] - meanBiases[k]);
  }
}

APPORTION_VECTORIZED void ck_dueling_backward(
    const float *restrict hidden, size_t n, const float *restrict weights, const float *restrict means,
    const int32_t *restrict choices, size_t branches, const float *restrict slopes,
    float *restrict weightGradients, float *restrict biasGradients, float *restrict hiddenGradient) {
#pragma clang fp contract(fast)
  if (weightGradients) {
    biasGradients[0] += slopes[0];
    for (size_t i = 0; i < n; i++) weightGradients[i] += slopes[0] * hidden[i];
  }
  if (hiddenGradient)
    for (size_t i = 0; i < n; i++) hiddenGradient[i] = slopes[0] * weights[i];
  for (size_t k = 0; k < branches; k++) {
    const size_t output = (size_t)choices[k];
    const float slope = slopes[1 + k];
    if (weightGradients) {
      biasGradients[output] += slope;
      float *restrict gradient = weightGradients + output * n;
      for (size_t i = 0; i < n; i++) gradient[i] += slope * hidden[i];
    }
    if (!hiddenGradient) continue;
    const float *restrict chosen = weights + output * n;
    const float *restrict mean = means + k * n;
    for (size_t i = 0; i < n; i++) hiddenGradient[i] += slope * (chosen[i] - mean[i]);
  }
}

APPORTION_VECTORIZED void ck_score(
    float *restrict x, const float *restrict bias, const float *restrict prior, const float *restrict scale,
    const float *restrict offset, size_t n) {
  if (prior)
    for (size_t i = 0; i < n; i++) x[i] += bias[i] + (prior[i] * scale[i] + offset[i]);
  else
    for (size_t i = 0; i < n; i++) x[i] += bias[i];
}

APPORTION_VECTORIZED int32_t ck_argmax(
    const float *restrict values, const float *restrict mask, size_t n, float *restrict best) {
  float top = -__builtin_inff();
  int32_t place = -1;
  size_t i = 0;
  if (!mask && n >= chunkLanes) {
    // Lane l sees the places l, l + 16, …; of a lane's equals the first wins.
    f32x16 tops = top;
    i32x16 places = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    i32x16 here = places;
    for (; i + chunkLanes <= n; i += chunkLanes, here += chunkLanes) {
      f32x16 x;
      memcpy(&x, values + i, sizeof x);
      const i32x16 larger = x > tops;
      tops = larger ? x : tops;
      places = larger ? here : places;
    }
    top = __builtin_reduce_max(tops);
    place = __builtin_reduce_min(tops == top ? places : (i32x16)INT32_MAX);
  }
  for (; i < n; i++) {
    if (mask && !(mask[i] > 0)) continue;
    if (place < 0) place = (int32_t)i;
    if (values[i] > top) {
      place = (int32_t)i;
      top = values[i];
    }
  }
  *best = top;
  return place;
}
