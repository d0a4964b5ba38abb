#include "dueling_kernels.h"

#include <string.h>

#include "target_clones.h"

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
  biasGradients[0] += slopes[0];
  for (size_t i = 0; i < n; i++) weightGradients[i] += slopes[0] * hidden[i];
  if (hiddenGradient)
    for (size_t i = 0; i < n; i++) hiddenGradient[i] = slopes[0] * weights[i];
  for (size_t k = 0; k < branches; k++) {
    const size_t output = (size_t)choices[k];
    const float slope = slopes[1 + k];
    biasGradients[output] += slope;
    float *restrict gradient = weightGradients + output * n;
    for (size_t i = 0; i < n; i++) gradient[i] += slope * hidden[i];
    if (!hiddenGradient) continue;
    const float *restrict chosen = weights + output * n;
    const float *restrict mean = means + k * n;
    for (size_t i = 0; i < n; i++) hiddenGradient[i] += slope * (chosen[i] - mean[i]);
  }
}
