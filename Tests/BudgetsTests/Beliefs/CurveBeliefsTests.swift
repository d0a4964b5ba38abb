import Budgets
import Environments
import Foundation
import LinearAlgebra
import Testing

/// A shop of three channels and the curves of some draws of it, every kind of adstock among them.
func marketOfCurves(draws: Int, spread: Double = 0.4, drift: Double = 0.2) -> Market {
  let posterior = posteriorOfCurves(draws: draws, spread: spread, drift: drift)
  return posterior.market.weighing(posterior)
}

/// Draws of that shop, from the first on.
func posteriorOfCurves(draws: Int, spread: Double = 0, drift: Double = 0.2) -> PosteriorDraws {
  let adstocks: [Adstock] = [
    .none, .geometric(retention: 0.6), .weibull(shape: 2, scale: 2, length: 5),
    .weibull(shape: 1.3, scale: 3, length: 8),
  ]
  var stream = RandomStream(seed: 31, purpose: .test)
  func number(_ low: Double, _ high: Double) -> Double { low + (high - low) * Double(stream.uniform()) }
  func response() -> ResponseChannel {
    ResponseChannel(
      spends: [0, 1, 2, 4, 6], adstock: adstocks[stream.integer(below: 4)],
      saturation: Hill(maximum: exp(number(0, 4)), halfSaturation: number(1, 8), slope: number(0.7, 2.5)),
      noise: 0.5)
  }
  let market = Market(
    name: "shop", ticks: 12, season: (0..<12).map { 0.7 + 0.6 * Double($0 % 3) / 2 }, budget: 60,
    objective: .revenue, drift: Drift(persistence: 0.9, response: drift),
    randomization: Randomization(response: spread),
    channels: (0..<3).map { MediaChannel(name: "\($0)", kind: .response(response())) })
  return PosteriorDraws(market: market, draws: (0..<draws).map { _ in (0..<3).map { _ in response() } })
}

/// Which of its curves a channel has, by what its outcomes say.
@Suite struct CurveBeliefsTests {
  private func channel(_ market: Market, _ index: Int) -> ResponseChannel? {
    if case .response(let response) = market.channels[index].kind { response } else { nil }
  }

  /// With all else known and no drift, the odds of two curves are the ratio of the densities of what was seen.
  @Test func oddsOfTwoCurvesByHand() throws {
    var described = ResponseChannel(
      spends: [0, 1, 2], saturation: Hill(maximum: 10, halfSaturation: 2), noise: 0.4)
    described.curves = [
      ResponseCurve(adstock: .none, saturation: Hill(maximum: 12, halfSaturation: 3)),
      ResponseCurve(adstock: .geometric(retention: 0.5), saturation: Hill(maximum: 8, halfSaturation: 1)),
    ]
    let market = Market(
      name: "two", ticks: 3, budget: 5, channels: [MediaChannel(name: "tv", kind: .response(described))])
    let beliefs = try #require(CurveBeliefs(market.channels[0], market: market, laneCount: 1))
    #expect(beliefs.probabilities(lane: 0) == [0.5, 0.5])
    // Stocks are 1, 2, 1 without carry-over, 1, 2.5, 2.25 with half kept.
    let (spends, outcomes) = ([1, 2, 1], [3.5, 4.5, 4.0])
    let expected: [[Double]] = [
      [12.0 * 1 / 4, 12 * 2 / 5, 12 * 1 / 4], [8.0 * 1 / 2, 8 * 2.5 / 3.5, 8 * 2.25 / 3.25],
    ]
    for (spend, outcome) in zip(spends, outcomes) {
      beliefs.observe(lane: 0, spend: Float(spend), outcome: Float(outcome), season: 1)
      beliefs.advance(lane: 0, market.drift)
    }
    // The noise's factor has mean 1: log outcome = log expected - 0.08 + 0.4 z.
    let squares = expected.map { zip($0, outcomes).reduce(0.0) { $0 + pow(log($1.1 / $1.0) + 0.08, 2) } }
    let odds = exp((squares[1] - squares[0]) / (2 * 0.16))
    #expect(abs(beliefs.probabilities(lane: 0)[0] - odds / (1 + odds)) < 1e-5)
  }

  /// With a constant factor and its drift unknown, all that was seen of a curve is jointly normal; the filter's odds
  /// are those of the densities, by elimination on the whole covariance.
  @Test func oddsAreThoseOfJointDensities() throws {
    let market = marketOfCurves(draws: 6)
    let response = try #require(channel(market, 0))
    let beliefs = try #require(CurveBeliefs(market.channels[0], market: market, laneCount: 1))
    let spends = [2.0, 4, 1, 1, 6, 2, 2]
    var stream = RandomStream(seed: 3, purpose: .test)
    let truth = response.curves[2]
    let shown = zip(spends.indices, truth.adstock.stocks(of: spends)).map { tick, stock in
      market.season[tick] * hill(truth.saturation, stock) * exp(0.5 * Double(stream.normal()))
    }
    for (tick, spend) in spends.enumerated() {
      beliefs.observe(
        lane: 0, spend: Float(spend), outcome: Float(shown[tick]), season: Float(market.season[tick]))
      beliefs.advance(lane: 0, market.drift)
    }
    let constant = pow(0.4 * pow(6, -0.2), 2)
    let logs = response.curves.map { curve -> Double in
      let expected = zip(spends.indices, curve.adstock.stocks(of: spends)).map {
        market.season[$0] * hill(curve.saturation, $1)
      }
      let covariance = spends.indices.map { row in
        spends.indices.map { column in
          constant + 0.04 * pow(0.9, abs(Double(row - column))) + (row == column ? 0.25 : 0)
        }
      }
      return logDensity(spends.indices.map { log(shown[$0] / expected[$0]) + 0.125 }, covariance)
    }
    // Beyond, single results are held to a limit.
    let comparable = response.curves.indices.filter { logs[$0] > logs[2] - 12 }
    let probabilities = beliefs.probabilities(lane: 0)
    for curve in comparable {
      let ratio = log(probabilities[curve] / probabilities[2])
      #expect(abs(ratio - (logs[curve] - logs[2])) < 2e-3, "curve \(curve)")
    }
    #expect(comparable.count >= 2)
  }

  private func hill(_ curve: Hill, _ stock: Double) -> Double {
    stock > 0 ? curve.maximum / (1 + pow(curve.halfSaturation / stock, curve.slope)) : 0
  }

  /// Of a normal vector of mean 0.
  private func logDensity(_ values: [Double], _ covariance: [[Double]]) -> Double {
    var (matrix, right, sum) = (covariance, values, 0.0)
    for pivot in values.indices {
      sum -= 0.5 * (log(2 * .pi * matrix[pivot][pivot]) + right[pivot] * right[pivot] / matrix[pivot][pivot])
      for row in values.indices where row > pivot {
        let factor = matrix[row][pivot] / matrix[pivot][pivot]
        right[row] -= factor * right[pivot]
        for column in values.indices { matrix[row][column] -= factor * matrix[pivot][column] }
      }
    }
    return sum
  }

  /// With one curve, what is believed of its factor is, to the last bit, what is believed without curves.
  @Test func oneCurveIsBelievedInAsBefore() throws {
    var market = marketOfCurves(draws: 1)
    for (index, described) in market.channels.enumerated() {
      guard case .response(var response) = described.kind else { continue }
      response.curves = [ResponseCurve(adstock: response.adstock, saturation: response.saturation)]
      market.channels[index].kind = .response(response)
    }
    let environment = BudgetAllocation(market: market)
    let columns = environment.observationLayout.names.indices.filter {
      environment.observationLayout.names[$0].hasSuffix("response")
    }
    let lanes = VectorEnvironment(count: 8, seed: 6, threads: 1) { environment }
    let simulation = MarketSimulation(market: market, lanes: 0..<8, seed: 6)
    let beliefs = try market.channels.map {
      try #require(CurveBeliefs($0, market: market, laneCount: 8))
    }
    var stream = RandomStream(seed: 2, purpose: .test)
    lanes.reset()
    simulation.startEpisode()
    for tick in 0..<market.ticks - 1 {
      // Little enough that money never runs out, and never nothing.
      let levels = (0..<24).map { _ in Int32(1 + stream.integer(below: 2)) }
      lanes.step(actions: levels)
      simulation.play(levels: levels)
      for (channel, beliefs) in beliefs.enumerated() {
        for lane in 0..<8 {
          beliefs.observe(
            lane: lane, spend: simulation.values(.spend, channel)[lane],
            outcome: simulation.values(.outcome, channel)[lane], season: Float(market.season[tick]))
          beliefs.advance(lane: lane, market.drift)
          #expect(lanes.observations[lane, columns[channel]] == beliefs.logFactor(lane: lane, curve: 0).mean)
        }
      }
    }
    #expect(columns.count == 3)
  }

  /// Where the truth is one of the curves, beliefs are calibrated: on average they give the truth the chance that
  /// they give what they draw themselves. Fails by chance once in 15,000 runs.
  @Test func beliefsFindTheTrueCurveAndAreCalibrated() throws {
    let posterior = posteriorOfCurves(draws: 5)
    let market = posterior.market.weighing(posterior)
    let lanes = 600
    let simulation = MarketSimulation(
      market: posterior.market, lanes: 0..<lanes, seed: 4, posterior: posterior)
    let beliefs = try market.channels.map {
      try #require(CurveBeliefs($0, market: market, laneCount: lanes))
    }
    var stream = RandomStream(seed: 2, purpose: .test)
    simulation.startEpisode()
    for tick in 0..<market.ticks {
      simulation.play(levels: (0..<3 * lanes).map { _ in Int32(stream.integer(below: 4)) })
      for (channel, beliefs) in beliefs.enumerated() {
        for lane in 0..<lanes {
          beliefs.observe(
            lane: lane, spend: simulation.values(.spend, channel)[lane],
            outcome: simulation.values(.outcome, channel)[lane], season: Float(market.season[tick]))
          beliefs.advance(lane: lane, market.drift)
        }
      }
    }
    for beliefs in beliefs {
      let chances = (0..<lanes).map { lane -> (truth: Double, own: Double) in
        let probabilities = beliefs.probabilities(lane: lane)
        return (probabilities[lane % 5], probabilities.reduce(0) { $0 + $1 * $1 })
      }
      let found = chances.reduce(0) { $0 + $1.truth } / Double(lanes)
      let differences = chances.map { $0.truth - $0.own }
      let mean = differences.reduce(0, +) / Double(lanes)
      let deviation = (differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(lanes)).squareRoot()
      #expect(abs(mean) < 4 * deviation / Double(lanes).squareRoot() + 0.005)
      #expect(found > 0.6)
    }
  }

  /// Telling curves apart gains where they differ, and counting what playing shows gains more; no fresh curve is in the set.
  @Test func plansThatTellCurvesApartGain() {
    let all = posteriorOfCurves(draws: 60, spread: 0.5)
    let market = all.market.weighing(all.training)
    let evaluation = MarketEvaluation(market: market, episodes: 480, seed: 9, posterior: all.heldOut)
    let records = evaluation.run([
      .init("replan") { ReplanStrategy(market: market) },
      .init("replan-curves") { ReplanStrategy(market: market, weighsCurves: true) },
    ])
    #expect(records.allSatisfy { $0.violations == 0 })
    let gains = zip(records[1].expectedReturns, records[0].expectedReturns).map { $0 - $1 }
    let mean = gains.reduce(0, +) / 480
    let deviation = (gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 480).squareRoot()
    #expect(mean > 3 * deviation / 480.0.squareRoot())
  }

  /// Training on draws puts every other curve into the market, and no other.
  @Test func trainingDrawsAreTheCurves() throws {
    let all = posteriorOfCurves(draws: 9)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("shop.posterior.csv").path
    try all.csv.write(toFile: path, atomically: true, encoding: .utf8)
    var options = BudgetProblem.Options()
    options.posterior = path
    let problem = try BudgetProblem(all.market).reading(options)
    let curves = try #require(channel(problem.market, 1)).curves
    #expect(curves.map(\.saturation) == all.training.draws.map { $0[1].saturation })
    for draw in all.heldOut.draws { #expect(!curves.contains { $0.saturation == draw[1].saturation }) }
    // Evaluation on another table plans on with what was known.
    #expect(try problem.evaluated(on: options).market == problem.market)
    #expect(!(try BudgetProblem(all.market).evaluated(on: options).market.hasCurves))
    try problem.write(toRunFolder: folder.path)
    let read = try BudgetProblem(runFolder: folder.path)
    #expect(read.market == problem.market && read.posterior?.count == 9)
  }

  @Test func impossibleCurvesAreRefused() throws {
    var market = marketOfCurves(draws: 3)
    var response = try #require(channel(market, 0))
    response.curves[1].saturation.slope = 0
    market.channels[0].kind = .response(response)
    do {
      try market.validate()
      Issue.record("A slope of 0 was taken.")
    } catch {
      #expect(error.key == "channels[0].response.curves[1].saturation.slope")
    }
  }
}
