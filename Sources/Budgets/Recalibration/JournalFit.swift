import Foundation
import LinearAlgebra

/// The rounds of a journal's calibration: paths and medians given how factors vary, then how they vary given these.
struct JournalFit {
  private let base: Market
  private var populations: [FactorPopulation]
  /// By factor: the variances of campaigns' constants, of the AR(1)s, and of channels' medians around their description.
  private var constants, drifts, offsets: [Double]
  private var persistence: Double
  private let describedConstants, describedDrifts: [Double]

  /// For how many campaigns of a channel, and for how many ticks, the description's deviations stand.
  private static let (priorCampaigns, priorTicks) = (10.0, 48.0)
  /// What stands for a variance of nothing.
  private static let leastVariance = 1e-6

  init(_ campaigns: [PlayedCampaign], market: Market) {
    base = market
    let variances = MarketFactor.allCases.map { market.variances(of: $0) }
    describedConstants = variances.map { max($0.between, Self.leastVariance) }
    describedDrifts = variances.map { max($0.within, Self.leastVariance) }
    persistence = market.drift.persistence
    constants = describedConstants.map { max($0, 0.0025) }
    drifts = zip(describedDrifts, [0.0025, 0.0025, 0.0025, Self.leastVariance]).map { max($0, $1) }
    offsets = [1, 1, 1, 1]
    populations = []
    for (index, channel) in market.channels.enumerated() {
      let evidence = campaigns.map { ChannelEvidence.of($0, channel: index, channel) }
      for kind in ChannelEvidence.Kind.allCases {
        let own = evidence.compactMap { $0[kind] }
        guard own.contains(where: \.showsAnything) else { continue }
        populations.append(
          FactorPopulation(channel: index, kind: kind, evidence: own, prior: prior(kind)))
      }
    }
  }

  /// Two numbers by factor of a kind; the least variance where there is no second factor.
  private func pair(_ values: [Double], _ kind: ChannelEvidence.Kind) -> SIMD2<Double> {
    let (first, second) = kind.factors
    return [values[first.rawValue], second.map { values[$0.rawValue] } ?? Self.leastVariance]
  }

  private func prior(_ kind: ChannelEvidence.Kind) -> FactorPrior {
    FactorPrior(
      means: .zero, constants: pair(constants, kind), drifts: pair(drifts, kind), persistence: persistence)
  }

  /// All numbers that rounds change, on the scale on which they are looked at.
  private var numbers: [Double] {
    let medians: [Double] = populations.flatMap { [$0.means.x, $0.means.y] }
    let deviations: [Double] = (constants + drifts).map { $0.squareRoot() }
    return medians + deviations + [persistence]
  }

  /// Goes on until nothing changes by more than 0.001 in a round, for 100 rounds at most.
  mutating func run(progress: (Double) -> Void) {
    let most = 100
    for round in 0..<most {
      progress(Double(round) / Double(most))
      let before = numbers
      advance()
      let change = zip(before, numbers).reduce(0) { max($0, abs($1.0 - $1.1)) }
      if round >= 5, change < 1e-3 { break }
    }
    progress(1)
  }

  private mutating func advance() {
    let (now, priors, offsets) = (
      populations, populations.map { prior($0.kind) }, populations.map { pair(self.offsets, $0.kind) }
    )
    populations = concurrentMap(count: now.count) { index in
      var population = now[index]
      population.advance(priors[index], offsets: offsets[index])
      return population
    }
    var (products, earlier) = (0.0, 0.0)
    for factor in MarketFactor.allCases {
      let place = factor.rawValue
      var (differences, campaigns, medians, channels) = (0.0, 0.0, 0.0, 0.0)
      var (squares, ticks) = (0.0, 0.0)
      for population in populations {
        let (first, second) = population.kind.factors
        guard factor == first || factor == second else { continue }
        let own = factor == first ? 0 : 1
        differences += population.differences[own]
        campaigns += Double(population.told)
        medians += population.means[own] * population.means[own] + population.covariance.diagonal[own]
        channels += 1
        squares += population.squares[own]
        ticks += Double(population.ticks)
        products += population.products[own] / drifts[place]
        earlier += population.earlierSquares[own] / drifts[place]
      }
      guard channels > 0 else { continue }
      constants[place] = max(
        (Self.priorCampaigns * describedConstants[place] + differences) / (Self.priorCampaigns + campaigns),
        Self.leastVariance)
      // Channels may be as far from their description as campaigns are from each other, or as they turn out to be.
      self.offsets[place] = max(describedConstants[place], medians / channels)
      guard factor != .conversion else { continue }
      drifts[place] = max(
        (Self.priorTicks * describedDrifts[place] + squares) / (Self.priorTicks + ticks), Self.leastVariance)
    }
    let share =
      (products + Self.priorTicks * base.drift.persistence) / max(earlier + Self.priorTicks, 1e-12)
    persistence = min(max(share, 0), 0.999)
  }

  /// What is known now of a channel's numbers.
  ///
  /// - Parameter conversionError: what is to be added to the standard error of the conversion rate's logarithm, in squares.
  func estimates(ofChannel index: Int, conversionError: Double) -> [JournalCalibration.Estimate] {
    populations.filter { $0.channel == index }.flatMap { population in
      let (first, second) = population.kind.factors
      let own: [(factor: MarketFactor, place: Int)] = [(first, 0)] + (second.map { [($0, 1)] } ?? [])
      return own.map { factor, place in
        let described = base.channels[index].described(factor)
        let further = factor == .conversion ? conversionError * conversionError : 0
        return JournalCalibration.Estimate(
          factor: factor, described: described, estimated: described * exp(population.means[place]),
          logError: (population.covariance.diagonal[place] + further).squareRoot(), seen: population.seen)
      }
    }
  }

  /// The market with what is known now in the places of what was described.
  var market: Market {
    var market = base
    for population in populations {
      let factor = SIMD2(exp(population.means.x), exp(population.means.y))
      market.channels[population.channel].scale(population.kind, by: factor)
    }
    func deviation(_ variances: [Double], _ factor: MarketFactor, _ described: Double) -> Double {
      let variance = variances[factor.rawValue]
      let isTold = populations.contains { $0.kind.factors.0 == factor || $0.kind.factors.1 == factor }
      guard isTold else { return described }
      return variance <= Self.leastVariance ? 0 : min((variance.squareRoot() * 1e6).rounded() / 1e6, 3)
    }
    let (spread, drift) = (base.randomization, base.drift)
    market.randomization = Randomization(
      price: deviation(constants, .price, spread.price),
      volume: deviation(constants, .volume, spread.volume),
      response: deviation(constants, .response, spread.response),
      conversion: deviation(constants, .conversion, spread.conversion))
    market.drift = Drift(
      persistence: (persistence * 1e6).rounded() / 1e6, price: deviation(drifts, .price, drift.price),
      volume: deviation(drifts, .volume, drift.volume),
      response: deviation(drifts, .response, drift.response))
    return market
  }
}

extension MediaChannel {
  /// The number of a description that a factor multiplies.
  fileprivate func described(_ factor: MarketFactor) -> Double {
    switch (kind, factor) {
    case (.auction(let auction), .volume): return auction.volume
    case (.auction(let auction), .price):
      let total = auction.prices.reduce(0, +)
      let sum = auction.prices.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
      return auction.priceUnit * sum / total
    case (.auction(let auction), .response): return auction.clickRate
    case (.auction(let auction), .conversion): return auction.conversionRate
    case (.response(let response), _): return response.saturation.maximum
    }
  }

  /// Multiplies what two factors stand for. Bids keep their money.
  fileprivate mutating func scale(_ evidence: ChannelEvidence.Kind, by factor: SIMD2<Double>) {
    switch (kind, evidence) {
    case (.auction(var auction), .priceAndVolume):
      auction.priceUnit *= factor.x
      auction.bids = auction.bids.map { $0 / factor.x }
      auction.volume *= factor.y
      kind = .auction(auction)
    case (.auction(var auction), .response):
      auction.clickRate = min(auction.clickRate * factor.x, 1)
      kind = .auction(auction)
    case (.auction(var auction), .conversion):
      auction.conversionRate = min(auction.conversionRate * factor.x, 1)
      kind = .auction(auction)
    case (.response(var response), _):
      response.saturation.maximum *= factor.x
      kind = .response(response)
    }
  }
}
