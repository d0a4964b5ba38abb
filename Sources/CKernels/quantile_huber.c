#include "quantile_huber.h"

#include "target_clones.h"

APPORTION_VECTORIZED float ck_quantile_huber(
    const float *restrict quantiles, const float *restrict targets, size_t n, float kappa,
    float *restrict slopes, float *restrict losses) {
#pragma clang fp contract(fast)
  const float share = 1.0f / (float)n;
  for (size_t i = 0; i < n; i++) slopes[i] = losses[i] = 0;
  // Targets outside, so that the inner loop runs along quantiles and no sum depends on the width of vectors.
  for (size_t j = 0; j < n; j++) {
    const float target = targets[j];
    for (size_t i = 0; i < n; i++) {
      const float difference = target - quantiles[i];
      const float level = ((float)i + 0.5f) * share;
      const float weight = difference < 0.0f ? 1.0f - level : level;
      const float size = difference < 0.0f ? -difference : difference;
      // Written so that NaN stays NaN: a broken update must show in its loss.
      const float inner = size > kappa ? kappa : size;
      losses[i] += weight * inner * (size - 0.5f * inner);
      slopes[i] -= weight * (difference < 0.0f ? -inner : inner);
    }
  }
  const float scale = share / kappa;
  float loss = 0;
  for (size_t i = 0; i < n; i++) {
    slopes[i] *= scale;
    loss += losses[i];
  }
  return loss * scale;
}
