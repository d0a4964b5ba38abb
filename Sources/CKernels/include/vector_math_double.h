#ifndef APPORTION_VECTOR_MATH_DOUBLE_H
#define APPORTION_VECTOR_MATH_DOUBLE_H

#include <stdint.h>
#include <string.h>

// Branch-free sine and cosine in double precision that vectorise when they are called in a loop. Like `vector_math.h`,
// they call no library and allow no contraction, so every machine and every vector width gives the same bits.
//
// Polynomials and the parts of π/2 are those of fdlibm (Sun Microsystems, 1993).

/// A sine and a cosine.
typedef struct {
  double sine, cosine;
} sine_cosine;

/// The sine of an angle within ±π/4, within 1 unit in the last place.
static inline double vm_sine_near_zero(double x) {
#pragma clang fp contract(off) reassociate(off)
  const double z = x * x;
  double p = 1.58969099521155010221e-10;
  p = p * z - 2.50507602534068634195e-08;
  p = p * z + 2.75573137070700676789e-06;
  p = p * z - 1.98412698298579493134e-04;
  p = p * z + 8.33333333332248946124e-03;
  p = p * z - 1.66666666666666324348e-01;
  return x + x * z * p;
}

/// The cosine of an angle within ±π/4, within 1 unit in the last place.
static inline double vm_cosine_near_zero(double x) {
#pragma clang fp contract(off) reassociate(off)
  const double z = x * x;
  double p = -1.13596475577881948265e-11;
  p = p * z + 2.08757232129817482790e-09;
  p = p * z - 2.75573143513906633035e-07;
  p = p * z + 2.48015872894767294178e-05;
  p = p * z - 1.38888888888741095749e-03;
  p = p * z + 4.16666666666666019037e-02;
  const double half = 0.5 * z;
  const double w = 1 - half;
  return w + (((1 - w) - half) + z * z * p);
}

/// Sine and cosine of an angle within ±10^5, within 3e-16.
static inline __attribute__((always_inline)) sine_cosine vm_sine_cosine(double x) {
#pragma clang fp contract(off) reassociate(off)
  // x = n·π/2 + r with |r| ≤ π/4; adding 1.5·2^52 rounds to the nearest integer and leaves it in the lowest bits.
  const double shifted = x * 0x1.45f306dc9c883p-1 + 0x1.8p+52;
  const double n = shifted - 0x1.8p+52;
  // Three parts of π/2; the products of the first two, of 33 bits each, are exact.
  const double r = ((x - n * 1.57079632673412561417e+00) - n * 6.07710050630396597660e-11) -
                   n * 2.02226624879595063154e-21;
  uint64_t quadrant;
  memcpy(&quadrant, &shifted, sizeof quadrant);
  const double s = vm_sine_near_zero(r), c = vm_cosine_near_zero(r);
  const double sine = quadrant & 1 ? c : s, cosine = quadrant & 1 ? s : c;
  const sine_cosine result = {quadrant & 2 ? -sine : sine, (quadrant + 1) & 2 ? -cosine : cosine};
  return result;
}

#endif
