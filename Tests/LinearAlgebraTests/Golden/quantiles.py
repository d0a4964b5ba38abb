"""Writes QuantileGolden.swift: double-precision values at arguments that a float holds exactly.

Run from anywhere: python3 quantiles.py (numpy 2, scipy 1.17).
"""
from pathlib import Path

import numpy as np
from scipy import special, stats

f = np.float32


def rows(pairs):
    return ",\n".join(f"    ({float(x)!r}, {float(y)!r})" for x, y in pairs)


us = [2**-24, 1e-6, 1e-4, 0.0034, 0.01, 0.1, 0.25, 0.4, 0.5, 0.5000001, 0.7, 0.9, 0.99, 0.9999, 1 - 2**-24]
us = [f(u) for u in us]
exps = [f(x) for x in (-87, -50.5, -16, -1, -0.34657, -1e-6, 0, 1e-4, 0.5, 1, 10, 60.25, 88)]
logs = [f(x) for x in (1e-37, 1e-20, 3e-4, 0.5, 0.70710677, 0.9999, 1.0001, 1.41421, 2, 10, 1e8, 3e38)]
small = [f(x) for x in (1e-8, 1e-6, 1e-4, 0.01, 0.25, 0.5, 0.99)]
poisson = [(m, k, stats.poisson.pmf(k, float(f(m)))) for m, k in ((0.1, 0), (0.1, 3), (5, 5), (120, 100))]
binomial = [
    (n, p, k, stats.binom.pmf(k, n, float(f(p))))
    for n, p, k in ((5, 0.01, 1), (63, 0.5, 40), (1000, 0.95, 940))
]
out = f"""// Made by quantiles.py; do not edit.

/// Values in double precision at arguments that a float holds exactly.
enum QuantileGolden {{
  /// u and the standard normal quantile.
  static let normal: [(Float, Double)] = [
{rows((u, special.ndtri(float(u))) for u in us)},
  ]
  /// x and e to the power x.
  static let exp: [(Float, Double)] = [
{rows((x, np.exp(float(x))) for x in exps)},
  ]
  /// x and log x.
  static let log: [(Float, Double)] = [
{rows((x, np.log(float(x))) for x in logs)},
  ]
  /// x and log(1 − x).
  static let logComplement: [(Float, Double)] = [
{rows((x, np.log1p(-float(x))) for x in small)},
  ]
  /// Mean, count, probability.
  static let poisson: [(Float, Int, Double)] = [
{",".join(chr(10) + f"    ({m}, {k}, {float(y)!r})" for m, k, y in poisson)[1:]},
  ]
  /// Trials, probability of a trial, count, probability.
  static let binomial: [(Int, Float, Int, Double)] = [
{",".join(chr(10) + f"    ({n}, {p}, {k}, {float(y)!r})" for n, p, k, y in binomial)[1:]},
  ]
}}
"""
Path(__file__).with_name("QuantileGolden.swift").write_text(out)
