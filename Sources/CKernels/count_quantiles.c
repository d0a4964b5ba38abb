#include <float.h>

#include "random_kernels.h"
#include "target_clones.h"
#include "vector_chunk.h"

// Counts are made in strips: first, without a branch, what every lane's search starts from; then, chunk by chunk, the
// search, whose end no processor foresees. A chunk whose variances are all large only expands, a mixed one does both
// and selects lane by lane.
enum { stripLanes = 4 * chunkLanes, searchEnd = 64 };

static const float smallVariance = 16.0f;

/// A term of the probability function that no longer moves a sum of 24 bits.
static const float negligible = 0x1p-27f;

#define R4(k) 1.0f / (k + 1), 1.0f / (k + 2), 1.0f / (k + 3), 1.0f / (k + 4)
#define R16(k) R4(k), R4(k + 4), R4(k + 8), R4(k + 12)
/// 1 / (k + 1).
static const float reciprocals[searchEnd] = {R16(0), R16(16), R16(32), R16(48)};

/// The smallest k whose cumulative probability reaches u, for the recurrence
/// pmf(k + 1) = pmf(k)·ratio·(remaining − fall·k)/(k + 1), in 16 lanes at once.
///
/// A sum rounded to 24 bits may end a little below 1; the search therefore also ends where, beyond the mean,
/// the terms have become negligible.
static inline __attribute__((always_inline)) void search(
    const float *remaining, float fall, const float *ratio, const float *zero, const float *mean,
    const float *u, float *count) {
#pragma clang fp contract(off) reassociate(off)
  f32x16 left, odds, pmf, centre, target;
  memcpy(&left, remaining, sizeof left);
  memcpy(&odds, ratio, sizeof odds);
  memcpy(&pmf, zero, sizeof pmf);
  memcpy(&centre, mean, sizeof centre);
  memcpy(&target, u, sizeof target);
  f32x16 cumulative = pmf;
  f32x16 k = 0.0f;
  for (int step = 0; step < searchEnd; step++) {
    const float position = (float)step;
    const i32x16 active = (cumulative < target) & ((pmf > negligible) | (centre > position));
    if (!ANY(active)) break;
    k = active ? position + 1.0f : k;
    pmf *= left * (odds * reciprocals[step]);
    left -= fall;
    cumulative += pmf;
  }
  memcpy(count, &k, sizeof k);
}

/// The Cornish–Fisher expansion of a lattice distribution's quantile at a standard normal z; `skew` and `excess` are the
/// third and fourth cumulant over the variance.
static inline float expand(float mean, float variance, float skew, float excess, float z) {
#pragma clang fp contract(off) reassociate(off)
  const float deviation = vm_sqrt(variance);
  const float square = z * z;
  const float second =
      z * (excess * (square - 3.0f) * (1.0f / 24) - skew * skew * (2.0f * square - 5.0f) * (1.0f / 36)
           - (1.0f / 24));
  const float shift = deviation * z + skew * (square - 1.0f) * (1.0f / 6) + second / deviation + 0.5f;
  const float x = mean + shift;
  return x < 0.0f ? 0.0f : x;
}

/// The largest integer not above a non-negative x.
static inline float whole(float x) {
  const float clipped = x < 0x1p23f ? x : 0x1p23f;
  const float truncated = (float)(int32_t)clipped;
  return x < 0x1p23f ? truncated : x;
}

/// Whether any of 16 numbers is at least `limit`.
static inline __attribute__((always_inline)) int any_from(const float *x, float limit) {
  f32x16 chunk;
  memcpy(&chunk, x, sizeof chunk);
  return ANY(chunk >= limit);
}

/// Counts of `n` lanes, a multiple of 16 of at most `stripLanes`.
static inline __attribute__((always_inline)) void poisson_strip(
    const float *mean, const float *u, float *out, size_t n) {
  float rare[stripLanes], one[stripLanes], zero[stripLanes], count[stripLanes], z[chunkLanes];
  for (size_t i = 0; i < n; i++) {
    rare[i] = mean[i] < smallVariance ? mean[i] : 0.0f;
    one[i] = 1.0f;
    zero[i] = vm_exp(-rare[i]);
  }
  for (size_t i = 0; i < n; i += chunkLanes) search(rare + i, 0.0f, one + i, zero + i, rare + i, u + i, count + i);
  for (size_t i = 0; i < n; i += chunkLanes) {
    if (!any_from(mean + i, smallVariance)) continue;
    vm_normal_quantiles(u + i, z);
    for (size_t j = 0; j < chunkLanes; j++) {
      const float variance = mean[i + j] < smallVariance ? smallVariance : mean[i + j];
      const float expanded = whole(expand(variance, variance, 1.0f, 1.0f, z[j]));
      count[i + j] = mean[i + j] < smallVariance ? count[i + j] : expanded;
    }
  }
  memcpy(out, count, n * sizeof(float));
}

/// Counts of `n` lanes, a multiple of 16 of at most `stripLanes`.
static inline __attribute__((always_inline)) void binomial_strip(
    const float *trials, const float *probability, const float *u, float *out, size_t n) {
#pragma clang fp contract(off) reassociate(off)
  // The rarer outcome is counted: its zero probability never underflows, and its mean is at most 32.
  float rare[stripLanes], target[stripLanes], variance[stripLanes], count[stripLanes];
  float odds[stripLanes], zero[stripLanes], mean[stripLanes], z[chunkLanes];
  for (size_t i = 0; i < n; i++) {
    const int flipped = probability[i] > 0.5f;
    rare[i] = flipped ? 1.0f - probability[i] : probability[i];
    target[i] = flipped ? 1.0f - u[i] : u[i];
    variance[i] = trials[i] * rare[i] * (1.0f - rare[i]);
    count[i] = 0.0f;
  }
  int uncertain = 0;
  for (size_t i = 0; i < n; i += chunkLanes) uncertain |= any_from(variance + i, FLT_MIN);
  // Without variance, as where money has run out, the rarer outcome never happens.
  if (uncertain) {
    for (size_t i = 0; i < n; i++) {
      const float p = variance[i] < smallVariance ? rare[i] : 0.0f;
      odds[i] = p / (1.0f - p);
      zero[i] = vm_exp(trials[i] * vm_log_complement(p));
      mean[i] = trials[i] * p;
    }
    for (size_t i = 0; i < n; i += chunkLanes)
      search(trials + i, 1.0f, odds + i, zero + i, mean + i, target + i, count + i);
  }
  for (size_t i = 0; i < n; i += chunkLanes) {
    if (!any_from(variance + i, smallVariance)) continue;
    vm_normal_quantiles(target + i, z);
    for (size_t j = 0; j < chunkLanes; j++) {
      const float p = rare[i + j], v = variance[i + j] < smallVariance ? smallVariance : variance[i + j];
      const float excess = 1.0f - 6.0f * p * (1.0f - p);
      const float expanded = whole(expand(trials[i + j] * p, v, 1.0f - 2.0f * p, excess, z[j]));
      count[i + j] = variance[i + j] < smallVariance ? count[i + j] : expanded;
    }
  }
  for (size_t i = 0; i < n; i++) {
    const float k = count[i] < trials[i] ? count[i] : trials[i];
    out[i] = probability[i] > 0.5f ? trials[i] - k : k;
  }
}

APPORTION_VECTORIZED void ck_poisson_quantiles(const float *mean, const float *u, float *out, size_t n) {
  size_t i = 0;
  for (; i + stripLanes <= n; i += stripLanes) poisson_strip(mean + i, u + i, out + i, stripLanes);
  if (i == n) return;
  float means[stripLanes] = {0}, us[stripLanes] = {0}, counts[stripLanes];
  memcpy(means, mean + i, (n - i) * sizeof(float));
  memcpy(us, u + i, (n - i) * sizeof(float));
  poisson_strip(means, us, counts, (n - i + chunkLanes - 1) / chunkLanes * chunkLanes);
  memcpy(out + i, counts, (n - i) * sizeof(float));
}

APPORTION_VECTORIZED void ck_binomial_quantiles(
    const float *trials, const float *probability, const float *u, float *out, size_t n) {
  size_t i = 0;
  for (; i + stripLanes <= n; i += stripLanes)
    binomial_strip(trials + i, probability + i, u + i, out + i, stripLanes);
  if (i == n) return;
  float tried[stripLanes] = {0}, chance[stripLanes] = {0}, us[stripLanes] = {0}, counts[stripLanes];
  memcpy(tried, trials + i, (n - i) * sizeof(float));
  memcpy(chance, probability + i, (n - i) * sizeof(float));
  memcpy(us, u + i, (n - i) * sizeof(float));
  binomial_strip(tried, chance, us, counts, (n - i + chunkLanes - 1) / chunkLanes * chunkLanes);
  memcpy(out + i, counts, (n - i) * sizeof(float));
}
