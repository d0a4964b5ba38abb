#ifndef APPORTION_VECTOR_MATH_H
#define APPORTION_VECTOR_MATH_H

#include <stdint.h>
#include <string.h>

// Branch-free single-precision functions that vectorise when they are called in a loop. Multiplications and additions
// are fused where it is written, and nowhere else, so every machine and every vector width gives the same bits; machines
// without the instruction (x86-64 before 2013) reckon it in software.

/// The square root, correctly rounded; unlike `sqrtf` it sets no `errno`, so loops of it vectorise.
static inline float vm_sqrt(float x) { return __builtin_elementwise_sqrt(x); }

/// x · y + z, rounded once.
static inline float vm_fma(float x, float y, float z) { return __builtin_elementwise_fma(x, y, z); }

static inline float vm_min(float a, float b) { return a < b ? a : b; }
static inline float vm_max(float a, float b) { return a > b ? a : b; }

/// The bits of a float.
static inline int32_t vm_bits(float x) {
  int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/// The float of some bits.
static inline float vm_float(int32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/// e to the power x, within 1 unit in the last place; 0 below −87.33, where numbers turn subnormal, and infinity above
/// 88.72.
static inline float vm_exp(float x) {
#pragma clang fp contract(off) reassociate(off)
  // x = n·ln 2 + r with |r| ≤ ln 2 / 2; adding 1.5·2^23 rounds to the nearest integer.
  const float shifted = vm_fma(x, 0x1.715476p+0f, 0x1.8p+23f);
  const float n = shifted - 0x1.8p+23f;
  const float r = vm_fma(n, -0x1.7f7d1cp-20f, vm_fma(n, -0x1.62e4p-1f, x));
  float p = 1.9875691500e-4f;
  p = vm_fma(p, r, 1.3981999507e-3f);
  p = vm_fma(p, r, 8.3334519073e-3f);
  p = vm_fma(p, r, 4.1665795894e-2f);
  p = vm_fma(p, r, 1.6666665459e-1f);
  p = vm_fma(p, r, 5.0000001201e-1f);
  const float y = vm_fma(p, r * r, r) + 1.0f;
  // The last bits of `shifted` are n, which is added to the exponent of y.
  const float power = vm_float((int32_t)((uint32_t)vm_bits(y) + ((uint32_t)vm_bits(shifted) << 23)));
  const float below = 0.0f > x ? 0.0f : x;  // NaN stays NaN
  const float result = x >= -87.33f ? power : below;
  return x > 88.72f ? __builtin_inff() : result;
}

/// The natural logarithm of a positive normal x, within 1 unit in the last place.
static inline float vm_log(float x) {
#pragma clang fp contract(off) reassociate(off)
  // x = 2^k·(1 + f) with 1 + f in [√½, √2).
  const int32_t bits = vm_bits(x);
  const int32_t k = (bits - 0x3f3504f3) >> 23;
  const float f = vm_float(bits - (int32_t)((uint32_t)k << 23)) - 1.0f;
  const float n = (float)k;
  float p = 7.0376836292e-2f;
  p = vm_fma(p, f, -1.1514610310e-1f);
  p = vm_fma(p, f, 1.1676998740e-1f);
  p = vm_fma(p, f, -1.2420140846e-1f);
  p = vm_fma(p, f, 1.4249322787e-1f);
  p = vm_fma(p, f, -1.6668057665e-1f);
  p = vm_fma(p, f, 2.0000714765e-1f);
  p = vm_fma(p, f, -2.4999993993e-1f);
  p = vm_fma(p, f, 3.3333331174e-1f);
  const float square = f * f;
  float y = vm_fma(n, -2.12194440e-4f, p * (f * square));
  y = vm_fma(square, -0.5f, y);
  return vm_fma(n, 0.693359375f, f + y);
}

/// log(1 − x) for x in [0, 1), with a small relative error for small x too.
static inline float vm_log_complement(float x) {
#pragma clang fp contract(off) reassociate(off)
  const float y = 1.0f - x;
  return vm_log(y) - ((y - 1.0f) + x) / y;
}

/// How far u in (0, 1) lies from the middle, as the polynomials of `vm_normal_quantile` measure it.
static inline float vm_quantile_depth(float u) {
#pragma clang fp contract(off) reassociate(off)
  return -vm_log(4.0f * u * (1.0f - u));
}

/// The factor of both polynomials.
static inline float vm_quantile_scale(float u) {
#pragma clang fp contract(off) reassociate(off)
  return (2.0f * u - 1.0f) * 0x1.6a09e6p+0f;
}

/// The depth where the tail's polynomial takes over.
#define vm_tail_depth 5.0f

/// The central polynomial.
static inline float vm_quantile_centre(float depth) {
#pragma clang fp contract(off) reassociate(off)
  const float c = depth - 2.5f;
  float p = 2.81022636e-08f;
  p = vm_fma(p, c, 3.43273939e-07f);
  p = vm_fma(p, c, -3.5233877e-06f);
  p = vm_fma(p, c, -4.39150654e-06f);
  p = vm_fma(p, c, 0.00021858087f);
  p = vm_fma(p, c, -0.00125372503f);
  p = vm_fma(p, c, -0.00417768164f);
  p = vm_fma(p, c, 0.246640727f);
  p = vm_fma(p, c, 1.50140941f);
  return p;
}

/// The tail polynomial.
static inline float vm_quantile_tail(float depth) {
#pragma clang fp contract(off) reassociate(off)
  const float t = vm_sqrt(depth < vm_tail_depth ? vm_tail_depth : depth) - 3.0f;
  float p = -0.000200214257f;
  p = vm_fma(p, t, 0.000100950558f);
  p = vm_fma(p, t, 0.00134934322f);
  p = vm_fma(p, t, -0.00367342844f);
  p = vm_fma(p, t, 0.00573950773f);
  p = vm_fma(p, t, -0.0076224613f);
  p = vm_fma(p, t, 0.00943887047f);
  p = vm_fma(p, t, 1.00167406f);
  p = vm_fma(p, t, 2.83297682f);
  return p;
}

/// The quantile function of the standard normal distribution, within 2e-6 for u in [2^-25, 1 − 2^-24].
///
/// Giles, "Approximating the erfinv function", GPU Computing Gems, 2010: a central and a tail polynomial,
/// both evaluated and one selected.
static inline float vm_normal_quantile(float u) {
#pragma clang fp contract(off) reassociate(off)
  const float depth = vm_quantile_depth(u);
  return vm_quantile_scale(u) * (depth < vm_tail_depth ? vm_quantile_centre(depth) : vm_quantile_tail(depth));
}

#endif
