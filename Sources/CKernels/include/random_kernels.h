#ifndef APPORTION_RANDOM_KERNELS_H
#define APPORTION_RANDOM_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/// Fills a row-major matrix of `4·blocks` rows and `lanes` columns with uniforms of Philox4x32-10.
///
/// Row `4·b + w`, column `l` holds word `w` of the counter `(counter[0] + b, counter[1], counter[2],
/// firstLane + l)`, made a uniform in (0, 1) as the middle of one of 2^23 equal cells: `((word >> 9) +
/// ½)·2^-23`.
void ck_philox_uniforms(
    float *out, size_t lanes, uint32_t blocks, const uint32_t counter[3], uint32_t firstLane,
    const uint32_t key[2]);

/// Fills a row-major matrix of 4 rows and `count` columns with uniforms of lanes that lie anywhere, each at a counter of its
/// own.
///
/// Row `w`, column `i` holds word `w` of the counter `(blocks[i], 0, purpose, lanes[i])`, made a uniform in (0, 1).
void ck_philox_scattered_uniforms(
    float *out, size_t count, const uint32_t *blocks, uint32_t purpose, const uint32_t *lanes,
    const uint32_t key[2]);

/// Standard normal quantiles of `n` numbers in (0, 1), within 2e-6.
void ck_normal_quantiles(const float *u, float *out, size_t n);

/// Poisson counts by inversion: one uniform in (0, 1) gives one count, and more of the one is never less of
/// the other. The counts are integers held as floats.
///
/// Means below 16 are searched through the probability function: total variation from it below 1e-5 beyond
/// the resolution of `u`. From 16 on the count is the Cornish–Fisher expansion to the second order with
/// lattice correction (compare Giles, "Algorithm 955", ACM TOMS 42, 2016): total variation 2.7e-4 at 16, 5e-5
/// at 50, 2e-5 at 100. Counts up to 2^24 are integers; beyond, they are rounded to 24 bits.
void ck_poisson_quantiles(const float *mean, const float *u, float *out, size_t n);

/// Binomial counts by inversion, like `ck_poisson_quantiles`: `trials` are integers held as floats,
/// `probability` is in [0, 1]. The variance takes the mean's place: searched below 16, expanded from 16 on,
/// with the same errors. `out` may be `u`.
void ck_binomial_quantiles(
    const float *trials, const float *probability, const float *u, float *out, size_t n);

#endif
