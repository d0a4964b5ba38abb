#include "softmax_kernels.h"

#include "target_clones.h"
#include "vector_chunk.h"

// Up to 16 logits from `first` on, and −∞ where there is none or it is forbidden.
static inline __attribute__((always_inline)) void load_allowed(const float *logits, const float *mask, size_t first,
                                                               size_t n, float *values) {
  const size_t count = n - first < chunkLanes ? n - first : chunkLanes;
  for (size_t i = 0; i < chunkLanes; i++) values[i] = -__builtin_inff();
  for (size_t i = 0; i < count; i++) values[i] = logits[first + i];
  if (mask)
    for (size_t i = 0; i < count; i++) values[i] = mask[first + i] > 0 ? values[i] : -__builtin_inff();
}

// The sum of 16 numbers, by halves.
static inline __attribute__((always_inline)) float sum_lanes(float *x) {
  for (int half = chunkLanes / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) x[i] += x[i + half];
  return x[0];
}

APPORTION_VECTORIZED
ck_softmax ck_softmax_measure(const float *logits, const float *mask, size_t n) {
  float values[chunkLanes], highest[chunkLanes], sums[chunkLanes], products[chunkLanes];
  for (int i = 0; i < chunkLanes; i++) {
    highest[i] = -__builtin_inff();
    sums[i] = 0;
    products[i] = 0;
  }
  for (size_t first = 0; first < n; first += chunkLanes) {
    load_allowed(logits, mask, first, n, values);
    for (int i = 0; i < chunkLanes; i++) highest[i] = highest[i] > values[i] ? highest[i] : values[i];
  }
  float most = highest[0];
  for (int i = 1; i < chunkLanes; i++) most = most > highest[i] ? most : highest[i];
  for (size_t first = 0; first < n; first += chunkLanes) {
    load_allowed(logits, mask, first, n, values);
    for (int i = 0; i < chunkLanes; i++) {
      const float depth = values[i] - most;
      const float weight = depth < -104 ? 0 : vm_exp(depth);
      sums[i] += weight;
      products[i] += depth < -104 ? 0 : weight * depth;
    }
  }
  const float sum = sum_lanes(sums);
  const float log_sum = vm_log(sum);
  return (ck_softmax){most + log_sum, log_sum - sum_lanes(products) / sum};
}

APPORTION_VECTORIZED
ptrdiff_t ck_softmax_choose(const float *logits, const float *mask, size_t n, float normalizer, float u) {
  float values[chunkLanes];
  ptrdiff_t chosen = -1;
  for (size_t first = 0; first < n; first += chunkLanes) {
    const size_t count = n - first < chunkLanes ? n - first : chunkLanes;
    load_allowed(logits, NULL, first, n, values);
    for (int i = 0; i < chunkLanes; i++) values[i] = vm_exp(values[i] - normalizer);
    for (size_t i = 0; i < count; i++) {
      if (mask && !(mask[first + i] > 0)) continue;
      chosen = (ptrdiff_t)(first + i);
      u -= values[i];
      if (u < 0) return chosen;
    }
  }
  return chosen;
}

APPORTION_VECTORIZED
void ck_softmax_differentiate(const float *restrict logits, const float *restrict mask, size_t n, ck_softmax softmax,
                              size_t chosen, float slope, float entropy_slope, float *restrict gradient) {
  for (size_t i = 0; i < n; i++) {
    const float log_probability = logits[i] - softmax.normalizer;
    const float probability = vm_exp(log_probability);
    gradient[i] = -probability * (slope + entropy_slope * (log_probability + softmax.entropy));
  }
  gradient[chosen] += slope;
  if (mask)
    for (size_t i = 0; i < n; i++) gradient[i] = mask[i] > 0 ? gradient[i] : 0;
}
