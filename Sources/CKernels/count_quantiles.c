#include "random_kernels.h"
#include "target_clones.h"
#include "vector_chunk.h"

// Counts are made in chunks of 16 lanes. A chunk whose variances are all small only searches, one whose
// variances are all large only expands, a mixed one does both and selects lane by lane.
enum { searchEnd = 64 };

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

static inline __attribute__((always_inline)) void poisson_chunk(
    const float *mean, const float *u, float *out) {
  f32x16 means, searched, expanded;
  memcpy(&means, mean, sizeof means);
  const i32x16 small = means < smallVariance;
  if (ANY(small)) {
    float rare[chunkLanes], one[chunkLanes], zero[chunkLanes];
    for (int i = 0; i < chunkLanes; i++) {
      rare[i] = mean[i] < smallVariance ? mean[i] : 0.0f;
      one[i] = 1.0f;
      zero[i] = vm_exp(-rare[i]);
    }
    search(rare, 0.0f, one, zero, rare, u, (float *)&searched);
    if (!ANY(~small)) {
      memcpy(out, &searched, sizeof searched);
      return;
    }
  }
  float z[chunkLanes], count[chunkLanes];
  vm_normal_quantiles(u, z);
  for (int i = 0; i < chunkLanes; i++) {
    const float variance = mean[i] < smallVariance ? smallVariance : mean[i];
    count[i] = whole(expand(variance, variance, 1.0f, 1.0f, z[i]));
  }
  memcpy(&expanded, count, sizeof expanded);
  if (ANY(small)) expanded = small ? searched : expanded;
  memcpy(out, &expanded, sizeof expanded);
}

static inline __attribute__((always_inline)) void binomial_chunk(
    const float *trials, const float *probability, const float *u, float *out) {
#pragma clang fp contract(off) reassociate(off)
  // The rarer outcome is counted: its zero probability never underflows, and its mean is at most 32.
  float rare[chunkLanes], target[chunkLanes], variance[chunkLanes], count[chunkLanes];
  for (int i = 0; i < chunkLanes; i++) {
    const int flipped = probability[i] > 0.5f;
    rare[i] = flipped ? 1.0f - probability[i] : probability[i];
    target[i] = flipped ? 1.0f - u[i] : u[i];
    variance[i] = trials[i] * rare[i] * (1.0f - rare[i]);
    count[i] = 0.0f;
  }
  f32x16 variances;
  memcpy(&variances, variance, sizeof variances);
  const i32x16 large = variances >= smallVariance;
  // Without variance the count of the rarer outcome is 0.
  if (ANY((variances > 0.0f) & ~large)) {
    float odds[chunkLanes], zero[chunkLanes], mean[chunkLanes];
    for (int i = 0; i < chunkLanes; i++) {
      const float p = variance[i] < smallVariance ? rare[i] : 0.0f;
      odds[i] = p / (1.0f - p);
      zero[i] = vm_exp(trials[i] * vm_log_complement(p));
      mean[i] = trials[i] * p;
    }
    search(trials, 1.0f, odds, zero, mean, target, count);
  }
  if (ANY(large)) {
    float z[chunkLanes];
    vm_normal_quantiles(target, z);
    for (int i = 0; i < chunkLanes; i++) {
      const float p = rare[i], v = variance[i] < smallVariance ? smallVariance : variance[i];
      const float excess = 1.0f - 6.0f * p * (1.0f - p);
      const float expanded = whole(expand(trials[i] * p, v, 1.0f - 2.0f * p, excess, z[i]));
      count[i] = variance[i] < smallVariance ? count[i] : expanded;
    }
  }
  for (int i = 0; i < chunkLanes; i++) {
    const float k = count[i] < trials[i] ? count[i] : trials[i];
    out[i] = probability[i] > 0.5f ? trials[i] - k : k;
  }
}

APPORTION_VECTORIZED void ck_poisson_quantiles(const float *mean, const float *u, float *out, size_t n) {
  size_t i = 0;
  for (; i + chunkLanes <= n; i += chunkLanes) poisson_chunk(mean + i, u + i, out + i);
  if (i == n) return;
  float meanRest[chunkLanes], uRest[chunkLanes], outRest[chunkLanes];
  for (size_t j = 0; j < chunkLanes; j++) {
    const size_t from = i + j < n ? i + j : n - 1;
    meanRest[j] = mean[from];
    uRest[j] = u[from];
  }
  poisson_chunk(meanRest, uRest, outRest);
  memcpy(out + i, outRest, (n - i) * sizeof(float));
}

APPORTION_VECTORIZED void ck_binomial_quantiles(
    const float *trials, const float *probability, const float *u, float *out, size_t n) {
  size_t i = 0;
  for (; i + chunkLanes <= n; i += chunkLanes) binomial_chunk(trials + i, probability + i, u + i, out + i);
  if (i == n) return;
  float trialsRest[chunkLanes], probabilityRest[chunkLanes], uRest[chunkLanes], outRest[chunkLanes];
  for (size_t j = 0; j < chunkLanes; j++) {
    const size_t from = i + j < n ? i + j : n - 1;
    trialsRest[j] = trials[from];
    probabilityRest[j] = probability[from];
    uRest[j] = u[from];
  }
  binomial_chunk(trialsRest, probabilityRest, uRest, outRest);
  memcpy(out + i, outRest, (n - i) * sizeof(float));
}
