#ifndef APPORTION_NETWORK_KERNELS_H
#define APPORTION_NETWORK_KERNELS_H

#include <stddef.h>

// The element-wise work of a network's update. Buffers of one call must not overlap. Every sum has an order
// that depends on its shape alone, so equal input gives equal bits on every run and any number of threads.

/// x ← x + bias for every row of a rows × columns matrix whose rows stand `stride` elements apart.
void ck_bias_add(float *x, size_t stride, const float *bias, size_t rows, size_t columns);

/// x ← max(x + bias, 0) for every row of a rows × columns matrix whose rows stand `stride` elements apart.
void ck_bias_relu(float *x, size_t stride, const float *bias, size_t rows, size_t columns);

/// Zeroes the gradient wherever the rectified activation is not positive.
void ck_relu_backward(float *gradient, const float *activation, size_t n);

/// sums ← sums + the sum of each column of a rows × columns matrix whose rows stand `stride` elements apart.
void ck_column_sums_add(const float *x, size_t stride, float *sums, size_t rows, size_t columns);

/// x ← x + y.
void ck_add(float *x, const float *y, size_t n);

/// y ← xᵀ, for a rows × columns matrix x and a columns × rows matrix y whose rows stand `x_stride` and `y_stride`
/// elements apart.
void ck_transpose(const float *x, size_t x_stride, float *y, size_t y_stride, size_t rows, size_t columns);

/// The sum of squares: 32 interleaved float lanes over blocks of 2,048 elements, added in double precision.
double ck_sum_squares(const float *x, size_t n);

/// target ← target + rate · (online − target).
void ck_polyak(float *target, const float *online, float rate, size_t n);

/// The settings of one step of Adam (Kingma and Ba, 2015); double precision keeps 1 − β₂ exact.
typedef struct {
  double learningRate;
  double beta1;
  double beta2;
  double epsilon;
  /// 1 − β₁ᵗ for the t-th step, t counted from 1.
  double bias1;
  /// 1 − β₂ᵗ.
  double bias2;
  /// What gradients are multiplied by first, for clipping.
  float gradientScale;
} ck_adam_step;

/// One step of Adam with PyTorch's arithmetic: p ← p − lr/bias1 · m / (√v/√bias2 + ε).
///
/// `first` and `second` are the running means m of the gradients and v of their squares. Where `gradients` is null, all
/// are 0.
void ck_adam(
    float *parameters, const float *gradients, float *first, float *second, size_t n, ck_adam_step step);

/// One step of Adam, after which the target follows the new parameters: target ← target + rate · (p −
/// target).
void ck_adam_polyak(
    float *parameters, const float *gradients, float *first, float *second, float *target, float rate,
    size_t n, ck_adam_step step);

#endif
