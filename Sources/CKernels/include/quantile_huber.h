#ifndef APPORTION_QUANTILE_HUBER_H
#define APPORTION_QUANTILE_HUBER_H

#include <stddef.h>

/// The quantile Huber loss of n quantiles at the levels (i + ½) / n against n equally likely targets (Dabney, Rowland,
/// Bellemare and Munos, 2018, equation 10): Σᵢ meanⱼ |τᵢ − 1{yⱼ < θᵢ}| · L(yⱼ − θᵢ) / κ, with Huber's L.
///
/// The slopes by the quantiles replace what `slopes` held. `losses` is room for n numbers.
float ck_quantile_huber(
    const float *quantiles, const float *targets, size_t n, float kappa, float *slopes, float *losses);

#endif
