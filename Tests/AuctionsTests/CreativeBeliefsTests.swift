import Auctions
import LinearAlgebra
import Testing

@Suite struct CreativeBeliefsTests {
  @Test func posteriorIsGamma() {
    var beliefs = CreativeBeliefs(segments: 2, creatives: 3, prior: 4)
    #expect(beliefs.mean(segment: 1, creative: 2, at: 0) == 1)
    for auction in 0..<10 { beliefs.show(segment: 1, creative: 2, rate: 0.6, at: auction) }
    for _ in 0..<11 { beliefs.click(segment: 1, creative: 2) }
    #expect(abs(beliefs.mean(segment: 1, creative: 2, at: 10) - 1.5) < 1e-5)
    #expect(abs(beliefs.deviation(segment: 1, creative: 2, at: 10) - 15.0.squareRootFloat / 10) < 1e-5)
    #expect(beliefs.mean(segment: 1, creative: 1, at: 10) == 1)
  }

  /// 4,000 draws of a Gamma law of shape 15 and rate 10: mean and deviation within 4 standard errors and the formula's
  /// percent; a false alarm in 1 of 8,000 runs.
  @Test func drawsFollowThePosterior() {
    var beliefs = CreativeBeliefs(segments: 1, creatives: 1, prior: 4)
    beliefs.show(segment: 0, creative: 0, rate: 6, at: 0)
    for _ in 0..<11 { beliefs.click(segment: 0, creative: 0) }
    var stream = RandomStream(seed: 40, purpose: .test)
    let draws = (0..<4000).map { _ in
      Double(beliefs.draw(segment: 0, creative: 0, at: 1, stream: &stream))
    }
    let mean = draws.reduce(0, +) / 4000
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3999
    #expect(abs(mean - 1.5) < 4 * (0.15 / 4000).squareRoot() + 0.005)
    #expect(abs(variance - 0.15) < 0.02)
  }

  /// With clicks a mean of 50 auctions late, the belief stays right on the average where one that ignores it sinks.
  /// 400 campaigns: within 4 standard errors; a false alarm in 1 of 15,000 runs.
  @Test func delayedClicksAreNotTakenForMissingOnes() {
    var stream = RandomStream(seed: 41, purpose: .test)
    var (aware, blind) = ([Double](), [Double]())
    for _ in 0..<400 {
      var beliefs = CreativeBeliefs(segments: 1, creatives: 1, prior: 4, delay: 50)
      var ignorant = CreativeBeliefs(segments: 1, creatives: 1, prior: 4)
      var due: [Int] = []
      for auction in 0..<100 {
        beliefs.show(segment: 0, creative: 0, rate: 0.5, at: auction)
        ignorant.show(segment: 0, creative: 0, rate: 0.5, at: auction)
        if stream.uniform() < 0.5 {
          // An exponential delay is geometric in whole auctions.
          var wait = 0
          while stream.uniform() > 0.0198 { wait += 1 }
          due.append(auction + wait)
        }
        for _ in 0..<due.count(where: { $0 == auction }) {
          beliefs.click(segment: 0, creative: 0)
          ignorant.click(segment: 0, creative: 0)
        }
      }
      aware.append(Double(beliefs.mean(segment: 0, creative: 0, at: 100)))
      blind.append(Double(ignorant.mean(segment: 0, creative: 0, at: 100)))
    }
    let mean = aware.reduce(0, +) / 400
    let error = (aware.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399 / 400).squareRoot()
    #expect(abs(mean - 1) < 4 * error + 0.02)
    #expect(blind.reduce(0, +) / 400 < 0.75)
  }
}

extension Double {
  fileprivate var squareRootFloat: Float { Float(squareRoot()) }
}
