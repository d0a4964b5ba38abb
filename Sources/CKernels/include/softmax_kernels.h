#ifndef APPORTION_SOFTMAX_KERNELS_H
#define APPORTION_SOFTMAX_KERNELS_H

#include <stddef.h>

// A choice among n by the softmax of logits. A mask of n numbers forbids the choices where it is not above 0; it may be
// null, and must allow at least one choice. Sums are taken in 16 lanes, so every machine gives the same bits.

/// What a softmax comes to.
typedef struct {
  /// log Σ exp of the allowed logits.
  float normalizer;
  /// The entropy in nats.
  float entropy;
} ck_softmax;

/// The normalizer and entropy of the softmax of logits.
ck_softmax ck_softmax_measure(const float *logits, const float *mask, size_t n);

/// The first allowed choice at which the probabilities of the allowed ones sum to more than u in [0, 1), or the last
/// allowed one; -1 where none is. `normalizer` is that of `ck_softmax_measure`.
ptrdiff_t ck_softmax_choose(const float *logits, const float *mask, size_t n, float normalizer, float u);

/// gradient ← slope · (1[chosen] − p) − entropy_slope · p · (log p + entropy); 0 where a choice is forbidden.
void ck_softmax_differentiate(const float *logits, const float *mask, size_t n, ck_softmax softmax, size_t chosen,
                              float slope, float entropy_slope, float *gradient);

#endif
