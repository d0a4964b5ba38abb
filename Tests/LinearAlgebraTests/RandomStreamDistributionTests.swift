import Foundation
import LinearAlgebra
import Testing

struct RandomStreamDistributionTests {
  /// The probability of `statistic` or more for a chi-square variable is below 1e-6 where this is above 4.75
  /// (Wilson and Hilferty's normal score).
  private func score(_ statistic: Double, degrees: Int) -> Double {
    let n = Double(max(degrees, 1))
    return (pow(statistic / n, 1.0 / 3) - (1 - 2 / (9 * n))) / (2 / (9 * n)).squareRoot()
  }

  /// The chi-square score of counts against probabilities; cells expected fewer than 8 times are joined.
  private func score(_ counts: [Int: Int], _ probability: (Int) -> Double, over support: ClosedRange<Int>)
    -> Double
  {
    let total = Double(counts.values.reduce(0, +))
    var (statistic, cells) = (0.0, 0)
    var (observed, expected, observedSum, expectedSum) = (0.0, 0.0, 0.0, 0.0)
    for k in support {
      observed += Double(counts[k] ?? 0)
      expected += total * probability(k)
      if expected < 8 { continue }
      statistic += (observed - expected) * (observed - expected) / expected
      cells += 1
      (observedSum, expectedSum) = (observedSum + observed, expectedSum + expected)
      (observed, expected) = (0, 0)
    }
    let (restObserved, restExpected) = (total - observedSum, total - expectedSum)
    if restExpected > 8 {
      statistic += (restObserved - restExpected) * (restObserved - restExpected) / restExpected
      cells += 1
    } else if restObserved > 40 {
      return .infinity
    }
    return cells < 2 ? 0 : score(statistic, degrees: cells - 1)
  }

  /// 200,000 draws of each distribution; false alarms: 1e-6 per distribution, had the seed been drawn.
  @Test(arguments: ExactDistribution.grid) func countsFollowTheExactDistribution(_ exact: ExactDistribution) {
    var stream = RandomStream(seed: 2024, purpose: .test, lane: Int(exact.mean))
    var counts: [Int: Int] = [:]
    for _ in 0..<200_000 {
      switch exact {
      case .poisson(let mean): counts[stream.poisson(mean: mean), default: 0] += 1
      case .binomial(let trials, let probability):
        counts[stream.binomial(trials: trials, probability: probability), default: 0] += 1
      }
    }
    #expect(score(counts, exact.probability, over: exact.support) < 4.75)
    #expect(counts.keys.allSatisfy { exact.support.contains($0) })
  }

  /// 200,000 draws each, beside an independent sum of the zeta function; false alarms as above.
  @Test(arguments: [1.5, 2, 3.5]) func zetaNumbersFollowTheirLaw(exponent: Double) {
    var stream = RandomStream(seed: 2025, purpose: .test)
    var counts: [Int: Int] = [:]
    for _ in 0..<200_000 { counts[stream.zeta(exponent: Float(exponent)), default: 0] += 1 }
    // The tail beyond 10^5 by its integral (Euler–Maclaurin).
    let last = 100_000.0
    let whole =
      (1..<100_000).reduce(0) { $0 + pow(Double($1), -exponent) }
      + pow(last, 1 - exponent) / (exponent - 1) + pow(last, -exponent) / 2
    #expect(score(counts, { pow(Double($0), -exponent) / whole }, over: 1...1000) < 4.75)
    #expect(counts.keys.allSatisfy { (1...1 << 20).contains($0) })
  }

  @Test func theTestItselfRejectsAWrongMean() {
    var stream = RandomStream(seed: 2, purpose: .test)
    var counts: [Int: Int] = [:]
    for _ in 0..<200_000 { counts[stream.poisson(mean: 5.05), default: 0] += 1 }
    let exact = ExactDistribution.poisson(mean: 5)
    #expect(score(counts, exact.probability, over: exact.support) > 4.75)
  }

  /// Binomial counts never exceed their trials, nor leave the floats' integers, far from the tested grid.
  @Test func extremeCountsStayInRange() {
    var stream = RandomStream(seed: 8, purpose: .test)
    for _ in 0..<2_000 {
      #expect((0...20_000_001).contains(stream.binomial(trials: 20_000_001, probability: 0.9999999)))
      #expect((0...3).contains(stream.binomial(trials: 3, probability: 1 - 0x1p-24)))
      let count = stream.poisson(mean: 1e9)
      #expect(abs(Double(count) - 1e9) < 7 * 1e9.squareRoot())
    }
  }

  /// Moments of 400,000 normals within 5 standard errors each: false alarms 6e-7 per moment.
  @Test func normalsHaveTheirMoments() {
    var stream = RandomStream(seed: 3, purpose: .test)
    let n = 400_000.0
    var sums = [0.0, 0.0, 0.0, 0.0]
    for _ in 0..<Int(n) {
      let z = Double(stream.normal())
      sums[0] += z
      sums[1] += z * z
      sums[2] += z * z * z
      sums[3] += z * z * z * z
    }
    let variances = [1.0, 2, 15, 96]
    for (index, expected) in [0.0, 1, 0, 3].enumerated() {
      #expect(abs(sums[index] / n - expected) < 5 * (variances[index] / n).squareRoot())
    }
  }

  /// False alarms: 1e-6 per bound.
  @Test(arguments: [1, 2, 3, 16, 100, 1000]) func integersAreEquallyLikely(bound: Int) {
    var stream = RandomStream(seed: 5, purpose: .test, lane: bound)
    var counts: [Int: Int] = [:]
    for _ in 0..<100_000 { counts[stream.integer(below: bound), default: 0] += 1 }
    #expect(counts.keys.allSatisfy { (0..<bound).contains($0) })
    #expect(score(counts, { _ in 1 / Double(bound) }, over: 0...bound - 1) < 4.75)
  }

  /// A plain remainder would give the lower half of this bound twice as often. False alarms: 1e-6.
  @Test func largeBoundsAreNotBiased() {
    var stream = RandomStream(seed: 6, purpose: .test)
    let bound = 3 << 30
    var lower = 0
    for _ in 0..<100_000 where stream.integer(below: bound) < bound / 3 { lower += 1 }
    #expect(abs(Double(lower) - 100_000 / 3.0) < 4.9 * (100_000 * 2 / 9.0).squareRoot())
    #expect((0..<1 << 40).contains(stream.integer(below: 1 << 40)))
  }
}
