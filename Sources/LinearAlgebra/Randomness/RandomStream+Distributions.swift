#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Draws from distributions. Each takes one word of the stream but for `integer`, `zeta`, `gamma` and
/// `beta`, which may take more.
///
///     var stream = RandomStream(seed: 1, purpose: .market, lane: 3)
///     let auctions = stream.poisson(mean: 120)
///     let wins = stream.binomial(trials: auctions, probability: 0.3)
extension RandomStream {
  /// A standard normal number, by inversion: within ±5.3, the range of 2^23 equal cells.
  public mutating func normal() -> Float { ScalarKernels.normalQuantile(uniform()) }

  /// A Poisson count, by inversion; exact below mean 16, see `ScalarKernels.poissonQuantile` for the error
  /// beyond.
  ///
  /// The mean must be at least 0; from 2^24 on, counts are rounded to 24 bits.
  public mutating func poisson(mean: Float) -> Int {
    precondition(mean >= 0 && mean < 0x1p62, "A Poisson mean must be a number of at least 0, not \(mean).")
    return Int(ScalarKernels.poissonQuantile(mean: mean, uniform()))
  }

  /// A binomial count, by inversion; exact below variance 16, see `ScalarKernels.binomialQuantile` beyond.
  ///
  /// From 2^24 trials on, counts are rounded to 24 bits.
  public mutating func binomial(trials: Int, probability: Float) -> Int {
    precondition(trials >= 0, "A binomial count needs at least 0 trials, not \(trials).")
    precondition(
      probability >= 0 && probability <= 1, "A probability must be between 0 and 1, not \(probability).")
    let count = ScalarKernels.binomialQuantile(trials: Float(trials), probability: probability, uniform())
    return min(Int(count), trials)
  }

  /// An integer in 0 ..< bound, all equally likely (Lemire, "Fast random integer generation in an interval",
  /// ACM TOMACS 29, 2019).
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "An integer needs a positive bound, not \(bound).")
    guard let narrow = UInt32(exactly: bound) else { return Int(next(upperBound: UInt64(bound))) }
    var product = UInt64(nextWord()) * UInt64(narrow)
    if UInt32(truncatingIfNeeded: product) < narrow {
      let threshold = (0 &- narrow) % narrow
      while UInt32(truncatingIfNeeded: product) < threshold { product = UInt64(nextWord()) * UInt64(narrow) }
    }
    return Int(product >> 32)
  }

  /// A number n from 1 up with a probability in proportion to n^−exponent, cut at 2^20 (Devroye, "Non-Uniform Random
  /// Variate Generation", 1986, section X.6.1).
  ///
  /// A Pareto number is rounded down and kept in proportion to what the zeta law makes of it: two words a try, and less
  /// than two tries on average.
  public mutating func zeta(exponent: Float) -> Int {
    precondition(exponent > 1, "A zeta law needs an exponent above 1, not \(exponent).")
    let power = exponent - 1
    let bound = ScalarKernels.exp(power * ScalarKernels.log(2))
    while true {
      let n = min(ScalarKernels.exp(-ScalarKernels.log(uniform()) / power), 0x1p20).rounded(.down)
      let ratio = ScalarKernels.exp(power * ScalarKernels.log(1 + 1 / n))
      if uniform() * n * (ratio - 1) / (bound - 1) <= ratio / bound { return Int(n) }
    }
  }

  /// A gamma number of a shape and scale 1 (Marsaglia and Tsang, "A simple method for generating gamma variables", ACM
  /// TOMS 26, 2000); the shape must be positive.
  public mutating func gamma(shape: Double) -> Double {
    precondition(shape > 0 && shape.isFinite, "A gamma law needs a positive shape, not \(shape).")
    guard shape >= 1 else {
      let power = Double(ScalarKernels.log(uniform())) / shape
      return gamma(shape: shape + 1) * exp(power)
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = Double(normal())
      let root = 1 + c * x
      guard root > 0 else { continue }
      let v = root * root * root
      if log(Double(uniform())) < 0.5 * x * x + d * (1 - v + log(v)) { return d * v }
    }
  }

  /// A beta number: the share of one gamma number in the sum of two.
  public mutating func beta(_ a: Double, _ b: Double) -> Double {
    let (first, second) = (gamma(shape: a), gamma(shape: b))
    return first + second > 0 ? first / (first + second) : a / (a + b)
  }
}
