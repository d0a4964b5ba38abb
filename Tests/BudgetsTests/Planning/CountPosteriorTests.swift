import Budgets
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Beliefs after counts")
struct CountPosteriorTests {
  /// The posterior's mean factor and variance of the log on a grid of 16,001 points over twelve deviations.
  private func onGrid(mean: Double, prior: Double, count: Double, expected: Double) -> (
    log: Double, variance: Double
  ) {
    var (total, factor, first, second, top) = (0.0, 0.0, 0.0, 0.0, -Double.infinity)
    let points = (0...16_000).map { mean + 12 * prior.squareRoot() * (Double($0) / 8000 - 1) }
    func height(_ x: Double) -> Double {
      count * x - expected * exp(x) - (x - mean) * (x - mean) / (2 * prior)
    }
    for x in points { top = max(top, height(x)) }
    for x in points {
      let weight = exp(height(x) - top)
      total += weight
      factor += weight * exp(x)
      first += weight * x
      second += weight * x * x
    }
    return (log(factor / total), second / total - (first / total) * (first / total))
  }

  @Test("Quadrature agrees with a grid, for rates within three deviations and from no count to thousands")
  func grid() {
    for (mean, prior) in [(0.0, 1.09), (0.7, 0.34), (-1.5, 2.0), (0.2, 0.02)] {
      for expected in [0.01, 0.3, 4, 150, 8000] {
        for deviations in [-3.0, -1, 0, 1, 3] {
          let count = (expected * exp(mean + deviations * prior.squareRoot())).rounded()
          let posterior = CountPosterior(
            mean: Float(mean), prior: Float(prior), count: Float(count), expected: Float(expected))
          let exact = onGrid(mean: mean, prior: prior, count: count, expected: expected)
          #expect(
            abs(Double(posterior.logFactor) - exact.log) < 0.004, "\(mean) \(prior) \(expected) \(count)")
          #expect(
            abs(Double(posterior.variance) - exact.variance) < 0.01 * exact.variance + 1e-5,
            "\(mean) \(prior) \(expected) \(count)")
        }
      }
    }
  }

  @Test("What may be counted moves the forecast of the factor, but not its mean")
  func martingale() {
    let (prior, expected): (Double, Double) = (1.09, 1.5)
    var mean = 0.0
    for count in 0..<400 {
      // The chance of a count under the belief, by the same grid.
      var (chance, total) = (0.0, 0.0)
      for index in 0...2000 {
        let x = 8 * prior.squareRoot() * (Double(index) / 1000 - 1)
        let density = exp(-x * x / (2 * prior))
        total += density
        chance +=
          density * exp(Double(count) * (x + log(expected)) - expected * exp(x) - lgamma(Double(count) + 1))
      }
      let posterior = CountPosterior(
        mean: 0, prior: Float(prior), count: Float(count), expected: Float(expected))
      mean += chance / total * exp(Double(posterior.logFactor))
    }
    #expect(abs(mean / exp(0.5 * prior) - 1) < 0.003)
  }
}
