#ifndef APPORTION_DUELING_KERNELS_H
#define APPORTION_DUELING_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// A dueling head for one choice per branch. The head is an outputs × n matrix of weights with one bias per output:
// output 0 is the state value, the others are the raw advantages of all choices, branch after branch. `means` holds
// the mean weights of each branch's advantages, branches × n, and `meanBiases` their mean biases, so that a centred
// advantage costs one product of rows, however many choices a branch has.

/// mean ← the mean of the rows of a rows × n matrix.
void ck_mean_row(const float *x, size_t rows, size_t n, float *mean);

/// Subtracts the mean of the rows of a rows × n matrix from each; `mean` is room for n elements.
void ck_center_rows(float *x, size_t rows, size_t n, float *mean);

/// values[0] ← the state value, values[1 + k] ← the centred advantage of branch k's output `choices[k]`.
void ck_dueling_values(
    const float *hidden, size_t n, const float *weights, const float *biases, const float *means,
    const float *meanBiases, const int32_t *choices, size_t branches, float *values);

/// The value of a whole action: hidden · (base + share · the sum of the chosen outputs' weights), and the biases alike. With
/// the state value's weights less `share` times the sum of all means for base, that is the state value and `share` of the
/// sum of the centred advantages, for the price of one product.
float ck_dueling_sum(
    const float *hidden, size_t n, const float *weights, const float *biases, const float *base, float baseBias,
    float share, const int32_t *choices, size_t branches);

/// The gradient of a weighted sum of the values above: `slopes[0]` counts the state value, `slopes[1 + k]` branch k.
///
/// Adds to the gradients of the state value and of the chosen outputs as if advantages were not centred; centring the
/// rows of each branch's gradients once, after all states, makes them whole. Where `weightGradients` is null the head's
/// gradients are left out. Where `hiddenGradient` is not null it is overwritten with the gradient by `hidden`; it must
/// not overlap anything else.
void ck_dueling_backward(
    const float *hidden, size_t n, const float *weights, const float *means, const int32_t *choices,
    size_t branches, const float *slopes, float *weightGradients, float *biasGradients, float *hiddenGradient);

/// x ← summand + (x − the mean of x) + (prior · scale + offset), the values of a branch's n choices; without `centres` no
/// mean is taken, without a prior (null) none is added.
void ck_choice_values(
    float *x, size_t n, int centres, float summand, const float *prior, const float *scale, const float *offset);

/// x ← x + bias + (prior · scale + offset), element by element; without a prior (null), x ← x + bias.
void ck_score(
    float *x, const float *bias, const float *prior, const float *scale, const float *offset, size_t n);

/// The place of the largest of n values whose mask is above 0 (null allows all), and the value; of equals the first.
///
/// NaN never wins over a number. Where all allowed values are NaN or -infinity, the first allowed place, with -infinity;
/// where nothing is allowed, -1.
int32_t ck_argmax(const float *values, const float *mask, size_t n, float *best);

#endif
