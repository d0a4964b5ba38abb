import Budgets
import Foundation
import Learning
import LinearAlgebra
import Testing

@Suite struct ForeknowledgePenaltyTests {
  /// Two channels of one tick whose rates nobody can know: dynamic programming takes the best levels for the mean rates.
  private func oneTick(responseDeviation: Double, budget: Double) -> Market {
    let channels = (0..<2).map { index in
      AuctionChannel(
        volume: 2e6, prices: (0...300).map { 1 + Double(($0 + 40 * index) % 90) }, priceUnit: 1e-6,
        clickRate: 1e-3, conversionRate: 0.1, bids: [0, 60, 140, 290])
    }
    return Market(
      name: "one tick", ticks: 1, budget: budget,
      randomization: Randomization(response: responseDeviation),
      channels: channels.enumerated().map { MediaChannel(name: "\($0)", kind: .auction($1)) })
  }

  @Test func equalsDynamicProgrammingWhereNothingCanBeKnown() {
    for budget in [60.0, 150, 300] {
      let market = oneTick(responseDeviation: 0.8, budget: budget)
      let evaluation = MarketEvaluation(market: market, episodes: 64, seed: 3)
      let penalty = ForeknowledgePenalty(market)
      let bounds = evaluation.penalizedBounds(penalty).map(\.bound.value)
      // The mean rate is e^(σ² / 2) times the calibrated one, whatever the path: a market without doubt has that bound.
      var known = oneTick(responseDeviation: 0, budget: budget)
      for index in known.channels.indices {
        guard case .auction(var auction) = known.channels[index].kind else { continue }
        auction.clickRate *= exp(0.32)
        known.channels[index].kind = .auction(auction)
      }
      let exact = MarketBound(market: known).bound(path: MarketPath(ticks: 1, channelCount: 2)).value
      for bound in bounds { #expect(abs(bound / exact - 1) < 2e-3) }
      // The clairvoyant's is larger by what choosing the better channel is worth.
      let clairvoyant = evaluation.bounds().reduce(0, +) / 64
      #expect(clairvoyant > 1.02 * exact)
    }
  }

  @Test func equalsTheClairvoyantWhereNothingIsRandom() {
    let market = oneTick(responseDeviation: 0, budget: 100)
    let evaluation = MarketEvaluation(market: market, episodes: 4, seed: 1)
    let bounds = evaluation.penalizedBounds(ForeknowledgePenalty(market))
    for (bound, clairvoyant) in zip(bounds, evaluation.bounds()) {
      #expect(abs(bound.bound.value / clairvoyant - 1) < 1e-4)
      #expect(abs(bound.penalty) < 1e-3 * clairvoyant)
    }
  }

  /// The bound of all episodes less what foreknowledge costs on a part of them is that of all of them, within its interval, which is
  /// wider for it: 95 % four times over, a false alarm in some 10¹³ runs. It is a bound on `replan`, and below the clairvoyant's.
  @Test func aSampleOfTheEpisodesEstimatesTheBound() {
    let market = oneTick(responseDeviation: 0.8, budget: 150)
    let evaluation = MarketEvaluation(market: market, episodes: 256, seed: 5)
    let clairvoyant = evaluation.bounds()
    let whole = evaluation.penalizedBound(clairvoyant, sample: 256)
    let part = evaluation.penalizedBound(clairvoyant, sample: 64)
    func half(_ range: ClosedRange<Double>) -> Double { (range.upperBound - range.lowerBound) / 2 }
    #expect(half(part.ci95) > half(whole.ci95))
    #expect(abs(part.mean - whole.mean) < 4 * half(part.ci95))
    let replan = evaluation.run([.init("replan") { ReplanStrategy(market: market) }])[0].expectedReturns
    #expect(whole.ci95.upperBound > replan.reduce(0, +) / 256)
    #expect(whole.mean < clairvoyant.reduce(0, +) / 256)
  }

  /// A rate seen in two steps, against draws weighted by the likelihood of what was seen.
  @Test func theRateFilterIsBayesRule() throws {
    let filter = try #require(
      RateFilter(probability: 0.005, constantDeviation: 0.7, driftDeviation: 0.3, persistence: 0.9))
    filter.observe(successes: 8, of: 1000)
    filter.observe(successes: 3, of: 700)
    var random = RandomStream(seed: 8, purpose: .test)
    var (weights, sum) = (0.0, 0.0)
    for _ in 0..<300_000 {
      let constant = 0.7 * Double(random.normal())
      let first = 0.3 * Double(random.normal())
      let second = 0.9 * first + 0.3 * (1 - 0.81).squareRoot() * Double(random.normal())
      let third = 0.9 * second + 0.3 * (1 - 0.81).squareRoot() * Double(random.normal())
      let (p, q) = (0.005 * exp(constant + first), 0.005 * exp(constant + second))
      guard p < 1, q < 1 else { continue }
      let logWeight =
        8 * log(p / 0.008) + 992 * log((1 - p) / 0.992) + 3 * log(q / 0.004) + 697 * log((1 - q) / 0.996)
      weights += exp(logWeight)
      sum += exp(logWeight) * 0.005 * exp(constant + third)
    }
    // Importance sampling's own error is about 0.4 %.
    #expect(abs(filter.expectedProbability / (sum / weights) - 1) < 0.02)
  }

  /// E(forecast of a later step's power) stays what it was: a martingale, which is what makes the bound valid. Four
  /// deviations of 4,000 draws: a false alarm in 16,000 runs.
  @Test func forecastsAreMartingales() throws {
    let filter = try #require(
      RateFilter(probability: 0.01, constantDeviation: 0.5, driftDeviation: 0.3, persistence: 0.9))
    var constant = ConstantFilter(deviation: 0.5, probability: 0.2)
    var seen = SeenFactor(constantDeviation: 0.5, driftDeviation: 0.3, persistence: 0.9)
    let decays = [1, 0.9, 0.81]
    let powers = filter.powers(of: 0.5, decays: decays, stationary: 0.09)
    let before = (
      filter.expected(powers, steps: 3)[2],
      constant.expectedPower(of: 0.5), seen.expectedPowers(of: -1, decays: decays[1...2])[1]
    )
    var random = RandomStream(seed: 2, purpose: .test)
    var samples: [[Double]] = [[], [], []]
    for _ in 0..<4000 {
      let (rate, share, factor) = (
        0.01 * exp(Double(0.5 * random.normal() + 0.3 * random.normal())),
        min(0.2 * exp(Double(0.5 * random.normal())), 1),
        Double(0.5 * random.normal() + 0.3 * random.normal())
      )
      filter.restart()
      constant.restart()
      seen = SeenFactor(constantDeviation: 0.5, driftDeviation: 0.3, persistence: 0.9)
      filter.observe(successes: Double(random.binomial(trials: 400, probability: Float(rate))), of: 400)
      constant.observe(successes: Double(random.binomial(trials: 30, probability: Float(share))), of: 30)
      seen.observe(factor)
      samples[0].append(filter.expected(powers, steps: 2)[1])
      samples[1].append(constant.expectedPower(of: 0.5))
      samples[2].append(seen.expectedPowers(of: -1, decays: decays[0...1])[1])
    }
    for (sample, prior) in zip(samples, [before.0, before.1, before.2]) {
      let mean = sample.reduce(0, +) / 4000
      let variance = sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3999
      #expect(abs(mean - prior) < 4 * (variance / 4000).squareRoot() + 1e-6, "\(mean) \(prior)")
      #expect(variance > 0)
    }
  }
}
