import CKernels
import LinearAlgebra
import Testing

struct RandomKernelsTests {
  @Test(arguments: [1, 15, 16, 17, 50]) func philoxKernelEqualsTheStreamsWordForWord(lanes: Int) {
    let seed: UInt64 = 0xfeed_0000_0bad_cafe
    let blocks = 3
    let firstLane = 70
    // The streams have drawn two blocks already.
    var streams = (0..<lanes).map { RandomStream(seed: seed, purpose: .market, lane: firstLane + $0) }
    for lane in 0..<lanes { for _ in 0..<8 { _ = streams[lane].nextWord() } }
    var uniforms = [Float](repeating: -1, count: 4 * blocks * lanes + 1)
    ck_philox_uniforms(
      &uniforms, lanes, UInt32(blocks), [2, 0, StreamPurpose.market.rawValue], UInt32(firstLane),
      [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)])
    for row in 0..<4 * blocks {
      for lane in 0..<lanes { #expect(uniforms[row * lanes + lane] == streams[lane].uniform()) }
    }
    #expect(uniforms[4 * blocks * lanes] == -1)
  }

  @Test(arguments: [1, 7, 16, 33, 1000]) func normalKernelEqualsTheScalarOne(count: Int) {
    let u = uniforms(count, lane: 1)
    var z = [Float](repeating: .nan, count: count)
    ck_normal_quantiles(u, &z, count)
    #expect(z == u.map(ScalarKernels.normalQuantile))
  }

  @Test(arguments: [1, 7, 16, 33, 20_000]) func poissonKernelEqualsTheScalarOne(count: Int) {
    let u = uniforms(count, lane: 2)
    let means = uniforms(count, lane: 3).map { ScalarKernels.exp(24 * $0 - 8) }
    for scale in [Float(1), 1e-3] {
      let mean = means.map { $0 * scale }
      var counts = [Float](repeating: -1, count: count + 1)
      ck_poisson_quantiles(mean, u, &counts, count)
      #expect(
        counts.dropLast().elementsEqual(zip(mean, u).map { ScalarKernels.poissonQuantile(mean: $0, $1) }))
      #expect(counts[count] == -1)
    }
  }

  @Test(arguments: [1, 7, 16, 33, 20_000]) func binomialKernelEqualsTheScalarOne(count: Int) {
    let u = uniforms(count, lane: 4)
    let trials = uniforms(count, lane: 5).map { ScalarKernels.exp(16 * $0 - 1).rounded(.down) }
    let raw = uniforms(count, lane: 6)
    for exponent in [Float(1), 12] {
      let p = raw.map { ScalarKernels.exp(exponent * ScalarKernels.log($0)) }.map { min($0, 1) }
      var counts = [Float](repeating: -1, count: count + 1)
      ck_binomial_quantiles(trials, p, u, &counts, count)
      for index in 0..<count {
        let expected = ScalarKernels.binomialQuantile(trials: trials[index], probability: p[index], u[index])
        #expect(counts[index] == expected)
        #expect(counts[index] >= 0 && counts[index] <= trials[index])
      }
      #expect(counts[count] == -1)
    }
  }

  /// The distribution of the counts of all 2^23 uniforms, against the exact one: the errors the headers
  /// state.
  @Test(arguments: ExactDistribution.grid) func totalVariationIsAsStated(_ exact: ExactDistribution) {
    let cells = 1 << 23
    let chunk = 1 << 16
    var histogram: [Int: Int] = [:]
    var last = -1
    var monotone = true
    var counts = [Float](repeating: 0, count: chunk)
    for start in stride(from: 0, to: cells, by: chunk) {
      let u = (0..<chunk).map { (Float(start + $0) + 0.5) * 0x1p-23 }
      switch exact {
      case .poisson(let mean): ck_poisson_quantiles([Float](repeating: mean, count: chunk), u, &counts, chunk)
      case .binomial(let trials, let probability):
        ck_binomial_quantiles(
          [Float](repeating: Float(trials), count: chunk), [Float](repeating: probability, count: chunk), u,
          &counts, chunk)
      }
      for count in counts {
        monotone = monotone && Int(count) >= last
        last = Int(count)
        histogram[last, default: 0] += 1
      }
    }
    #expect(monotone)
    var distance = 0.0
    for k in exact.support {
      distance += abs(exact.probability(k) - Double(histogram[k] ?? 0) / Double(cells)) / 2
    }
    // The uniforms' own resolution: half a cell at either end of every count's share.
    let resolution = Double(histogram.count) * 0x1p-24
    let stated =
      exact.variance < 16 ? 1e-5 : exact.variance < 50 ? 2.7e-4 : exact.variance < 100 ? 5e-5 : 2e-5
    #expect(distance < stated + resolution)
  }

  @Test func theExactDistributionsAgreeWithScipy() {
    for (mean, count, expected) in QuantileGolden.poisson {
      #expect(abs(ExactDistribution.poisson(mean: mean).probability(count) / expected - 1) < 1e-11)
    }
    for (trials, p, count, expected) in QuantileGolden.binomial {
      let exact = ExactDistribution.binomial(trials: trials, probability: p)
      #expect(abs(exact.probability(count) / expected - 1) < 1e-11)
    }
  }

  private func uniforms(_ count: Int, lane: Int) -> [Float] {
    var stream = RandomStream(seed: 11, purpose: .test, lane: lane)
    return (0..<count).map { _ in stream.uniform() }
  }
}
