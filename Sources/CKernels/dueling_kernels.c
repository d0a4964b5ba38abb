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

/// Branches whose products are taken together: what is hidden is read once for all.
enum { together = 4 };

/// values[k] ← hidden · (weights[choices[k]] − means[k]) for a few branches.
static inline __attribute__((always_inline)) void products(
    const float *restrict hidden, size_t n, const float *restrict weights, const float *restrict means,
    const int32_t *restrict choices, float *restrict values) {
#pragma clang fp contract(fast)
  f32x16 sums[together] = {0.0f, 0.0f, 0.0f, 0.0f};
  float rest[together] = {0}, total[chunkLanes];
  size_t i = 0;
  for (; i + chunkLanes <= n; i += chunkLanes) {
    f32x16 h, weight, mean;
    memcpy(&h, hidden + i, sizeof h);
    for (int k = 0; k < together; k++) {
      memcpy(&weight, weights + (size_t)choices[k] * n + i, sizeof weight);
      memcpy(&mean, means + k * n + i, sizeof mean);
      sums[k] += h * (weight - mean);
    }
  }
  for (; i < n; i++)
    for (int k = 0; k < together; k++) rest[k] += hidden[i] * (weights[(size_t)choices[k] * n + i] - means[k * n + i]);
  transpose_quarters(sums);
  sums[0] += sums[1] + (sums[2] + sums[3]);
  memcpy(total, sums, sizeof total);
  for (int k = 0; k < together; k++)
    values[k] = total[k] + total[k + 4] + (total[k + 8] + total[k + 12]) + rest[k];
}

APPORTION_VECTORIZED void ck_dueling_values(
    const float *restrict hidden, size_t n, const float *restrict weights, const float *restrict biases,
    const float *restrict means, const float *restrict meanBiases, const int32_t *restrict choices,
    size_t branches, float *restrict values) {
  values[0] = product(hidden, weights, NULL, n) + biases[0];
  size_t k = 0;
  for (; k + together <= branches; k += together)
    products(hidden, n, weights, means + k * n, choices + k, values + 1 + k);
  for (; k < branches; k++) values[1 + k] = product(hidden, weights + (size_t)choices[k] * n, means + k * n, n);
  for (k = 0; k < branches; k++) values[1 + k] += biases[choices[k]] - meanBiases[k];
}

/// Sums that some of the columns of `ck_dueling_sum` add to, one column each.
static inline __attribute__((always_inline)) void sum_columns(
    const float *restrict hidden, size_t n, size_t from, size_t count, const float *restrict weights,
    const float *restrict base, float share, const int32_t *restrict choices, size_t branches, float *restrict sums) {
#pragma clang fp contract(fast)
  float chosen[2 * chunkLanes] = {0};
  for (size_t k = 0; k < branches; k++) {
    const size_t row = (size_t)choices[k] * n + from;
    for (size_t i = 0; i < count; i++) chosen[i] += weights[row + i];
  }
  for (size_t i = 0; i < count; i++) sums[i] += hidden[from + i] * (base[from + i] + share * chosen[i]);
}

APPORTION_VECTORIZED float ck_dueling_sum(
    const float *restrict hidden, size_t n, const float *restrict weights, const float *restrict biases,
    const float *restrict base, float baseBias, float share, const int32_t *restrict choices, size_t branches) {
#pragma clang fp contract(fast)
  enum { width = 2 * chunkLanes };
  float sums[width] = {0}, biasSum = 0;
  size_t i = 0;
  for (; i + width <= n; i += width) sum_columns(hidden, n, i, width, weights, base, share, choices, branches, sums);
  if (i < n) sum_columns(hidden, n, i, n - i, weights, base, share, choices, branches, sums);
  for (size_t k = 0; k < branches; k++) biasSum += biases[choices[k]];
  for (int half = width / 2; half > 0; half /= 2)
    for (int lane = 0; lane < half; lane++) sums[lane] += sums[lane + half];
  return sums[0] + (baseBias + share * biasSum);
}

/// What `ck_dueling_backward` does for some of the columns; the null pointers are known where this is inlined.
static inline __attribute__((always_inline)) void backward_columns(
    const float *restrict hidden, size_t n, size_t from, size_t count, const float *restrict weights,
    const float *restrict means, const int32_t *restrict choices, size_t branches, const float *restrict slopes,
    float *restrict weightGradients, float *restrict hiddenGradient) {
#pragma clang fp contract(fast)
  float sums[chunkLanes];
  for (size_t i = 0; i < count; i++) {
    if (weightGradients) weightGradients[from + i] += slopes[0] * hidden[from + i];
    if (hiddenGradient) sums[i] = slopes[0] * weights[from + i];
  }
  for (size_t k = 0; k < branches; k++) {
    const size_t row = (size_t)choices[k] * n + from;
    const float slope = slopes[1 + k];
    for (size_t i = 0; i < count; i++) {
      if (hiddenGradient) sums[i] += slope * (weights[row + i] - means[k * n + from + i]);
      if (weightGradients) weightGradients[row + i] += slope * hidden[from + i];
    }
  }
  if (hiddenGradient) memcpy(hiddenGradient + from, sums, count * sizeof(float));
}

/// `ck_dueling_backward` but for biases.
static inline __attribute__((always_inline)) void backward(
    const float *restrict hidden, size_t n, const float *restrict weights, const float *restrict means,
    const int32_t *restrict choices, size_t branches, const float *restrict slopes, float *restrict weightGradients,
    float *restrict hiddenGradient) {
  size_t i = 0;
  for (; i + chunkLanes <= n; i += chunkLanes)
    backward_columns(hidden, n, i, chunkLanes, weights, means, choices, branches, slopes, weightGradients, hiddenGradient);
  if (i < n)
    backward_columns(hidden, n, i, n - i, weights, means, choices, branches, slopes, weightGradients, hiddenGradient);
}

APPORTION_VECTORIZED void ck_dueling_backward(
    const float *restrict hidden, size_t n, const float *restrict weights, const float *restrict means,
    const int32_t *restrict choices, size_t branches, const float *restrict slopes,
    float *restrict weightGradients, float *restrict biasGradients, float *restrict hiddenGradient) {
  if (weightGradients) {
    biasGradients[0] += slopes[0];
    for (size_t k = 0; k < branches; k++) biasGradients[choices[k]] += slopes[1 + k];
  }
  if (weightGradients && hiddenGradient)
    backward(hidden, n, weights, means, choices, branches, slopes, weightGradients, hiddenGradient);
  else if (weightGradients)
    backward(hidden, n, weights, means, choices, branches, slopes, weightGradients, NULL);
  else if (hiddenGradient)
    backward(hidden, n, weights, means, choices, branches, slopes, NULL, hiddenGradient);
}

APPORTION_VECTORIZED void ck_choice_values(
    float *restrict x, size_t n, int centres, float summand, const float *restrict prior, const float *restrict scale,
    const float *restrict offset) {
  float sums[chunkLanes] = {0};
  if (centres) {
    size_t i = 0;
    for (; i + chunkLanes <= n; i += chunkLanes)
      for (int lane = 0; lane < chunkLanes; lane++) sums[lane] += x[i + lane];
    for (int lane = 0; i < n; i++, lane++) sums[lane] += x[i];
    for (int half = chunkLanes / 2; half > 0; half /= 2)
      for (int lane = 0; lane < half; lane++) sums[lane] += sums[lane + half];
  }
  const float mean = sums[0] / (float)n;
  if (prior)
    for (size_t i = 0; i < n; i++) x[i] = summand + (x[i] - mean) + (prior[i] * scale[i] + offset[i]);
  else
    for (size_t i = 0; i < n; i++) x[i] = summand + (x[i] - mean);
}

APPORTION_VECTORIZED void ck_score(
    float *restrict x, const float *restrict bias, const float *restrict prior, const float *restrict scale,
    const float *restrict offset, size_t n) {
  if (prior)
    for (size_t i = 0; i < n; i++) x[i] += bias[i] + (prior[i] * scale[i] + offset[i]);
  else
    for (size_t i = 0; i < n; i++) x[i] += bias[i];
}

/// Among which of 16 places a number stands: a bit each.
static inline __attribute__((always_inline)) unsigned places_of(float number, const float *values) {
  typedef _Bool bits16 __attribute__((ext_vector_type(16)));
  f32x16 x;
  memcpy(&x, values, sizeof x);
  const bits16 equal = __builtin_convertvector(x == number, bits16);
  uint16_t bits;
  memcpy(&bits, &equal, sizeof bits);
  return bits;
}

APPORTION_VECTORIZED int32_t ck_argmax(
    const float *restrict values, const float *restrict mask, size_t n, float *restrict best) {
  float top = -__builtin_inff();
  if (mask) {
    int32_t place = -1;
    for (size_t i = 0; i < n; i++) {
      if (!(mask[i] > 0)) continue;
      if (place < 0) place = (int32_t)i;
      if (values[i] > top) {
        place = (int32_t)i;
        top = values[i];
      }
    }
    *best = top;
    return place;
  }
  // First how large it is, then where: the second look ends where the first of equals stands.
  float tops[chunkLanes];
  for (int lane = 0; lane < chunkLanes; lane++) tops[lane] = top;
  size_t i = 0;
  for (; i + chunkLanes <= n; i += chunkLanes)
    for (int lane = 0; lane < chunkLanes; lane++) tops[lane] = vm_max(values[i + lane], tops[lane]);
  for (int half = chunkLanes / 2; half > 0; half /= 2)
    for (int lane = 0; lane < half; lane++) tops[lane] = vm_max(tops[lane + half], tops[lane]);
  for (top = tops[0]; i < n; i++) top = vm_max(values[i], top);
  *best = top;
  // Nothing is above −∞ where all is −∞ or NaN.
  if (top == -__builtin_inff()) return n > 0 ? 0 : -1;
  for (i = 0; i + chunkLanes <= n; i += chunkLanes) {
    const unsigned bits = places_of(top, values + i);
    if (bits) return (int32_t)i + __builtin_ctz(bits);
  }
  while (values[i] != top) i++;
  return (int32_t)i;
}
