import Budgets
import Documents
import Foundation
import LinearAlgebra
import Testing

/// A history whose truth is known; `Benchmarks/recovery` does the same for many.
private struct Generated {
  let history: MediaHistory
  /// Outcome per unit of money by channel.
  let returns: [Double]

  init(seed: UInt64, weeks: Int = 156, noise: Double = 0.03) {
    var stream = RandomStream(seed: seed, purpose: .test)
    func number(_ low: Double, _ high: Double) -> Double { low + (high - low) * Double(stream.uniform()) }
    let adstocks: [Adstock] = [
      .geometric(retention: number(0.1, 0.7)), .weibull(shape: 2, scale: number(1, 3), length: 10), .none,
    ]
    var outcome = (0..<weeks).map { week in
      1 + 0.1 * sin(2 * .pi * Double(week) / 52.18) + noise * Double(stream.normal())
    }
    var returns: [Double] = []
    var spends: [MediaHistory.Series] = []
    for (index, adstock) in adstocks.enumerated() {
      let money = (0..<weeks).map { _ in
        stream.uniform() < 0.2 ? 0 : 1000 * exp(0.6 * Double(stream.normal()))
      }
      let stocks = adstock.stocks(of: money)
      let half = number(0.7, 2) * stocks.reduce(0, +) / Double(weeks)
      let effect = stocks.map { 0.4 * $0 / ($0 + half) }
      for week in 0..<weeks { outcome[week] += effect[week] }
      returns.append(effect.reduce(0, +) * 1e6 / money.reduce(0, +))
      spends.append(.init(name: "channel-\(index)", values: money))
    }
    self.returns = returns
    history = MediaHistory(
      days: (0..<weeks).map { CalendarDay(number: 18_000 + 7 * $0) }, spacing: .weekly,
      outcome: .init(name: "sales", values: outcome.map { $0 * 1e6 }), spends: spends)
  }
}

@Suite struct MediaMixCalibrationTests {
  private var options: MediaMixOptions {
    var options = MediaMixOptions()
    options.draws = 80
    return options
  }

  /// Of twelve returns with nine in ten intervals, fewer than eight inside have a probability of 0.4 %; seeds are fixed.
  @Test func recoversTheTruth() throws {
    var inside = 0
    var errors: [Double] = []
    for seed in 1...4 {
      let truth = Generated(seed: UInt64(seed))
      let calibration = try MediaMixCalibration(truth.history, name: "generated", options: options)
      #expect(calibration.explained > 0.5)
      #expect(calibration.holdout.model.nrmse < calibration.holdout.seasonalNaive?.nrmse ?? .infinity)
      for (channel, value) in zip(calibration.channels, truth.returns) {
        inside += channel.roas90.contains(value) ? 1 : 0
        errors.append(abs(channel.roas / value - 1))
      }
    }
    #expect(inside >= 8)
    #expect(errors.sorted()[6] < 0.25)
  }

  /// With next to no noise the plausible shapes lie between those tried first; of a few fixed ones, three returns of eighteen were
  /// inside, and the median error was 7 %. Of twelve, fewer than eight inside have a probability of 0.4 %; seeds are fixed.
  @Test func shapesAreSoughtBetweenThoseTriedFirst() throws {
    var (inside, errors) = (0, [Double]())
    for seed in UInt64(21)...24 {
      let generated = Generated(seed: seed, noise: 0.004)
      for (channel, truth) in zip(
        try MediaMixCalibration(generated.history, name: "clear", options: options).channels,
        generated.returns)
      {
        inside += channel.roas90.contains(truth) ? 1 : 0
        errors.append(abs(channel.roas / truth - 1))
      }
    }
    #expect(inside >= 8, "\(inside) of 12")
    #expect(errors.sorted()[6] < 0.04, "\(errors)")
  }

  @Test func makesAMarketThatCanBePlayed() throws {
    let truth = Generated(seed: 9)
    let calibration = try MediaMixCalibration(truth.history, name: "generated", options: options)
    let market = calibration.market
    try market.validate()
    #expect(try Market(yaml: market.yaml) == market)
    #expect(market.ticks == 52)
    for (channel, series) in zip(market.channels, truth.history.spends) {
      guard case .response(let response) = channel.kind else { continue }
      #expect(response.recent == Array(series.values.suffix(52)))
      #expect(abs((response.spends.last ?? 0) - (series.values.max() ?? 0)) < 1e-9)
    }
    let plan = try SpendPlan(market: market, gap: 1e-3)
    #expect(plan.outcome >= (plan.currentOutcome ?? .infinity) * (1 - 1e-3))

    let posterior = calibration.posterior
    #expect(posterior.count == 80)
    let table = try CSVTable(bytes: Array(posterior.csv.utf8), path: "p.csv")
    let read = try PosteriorDraws(market: market, table: table)
    for draw in [0, 40, 79] {
      #expect(read[draw] == posterior[draw])
      try read[draw].validate()
    }
    #expect(posterior[0] != posterior[1])
  }

  @Test func isTheSameEachTime() throws {
    let history = Generated(seed: 2, weeks: 90).history
    let (first, second) = (
      try MediaMixCalibration(history, name: "g", options: options),
      try MediaMixCalibration(history, name: "g", options: options)
    )
    #expect(first.market == second.market)
    #expect(first.posterior == second.posterior)
    #expect(first.holdout.model == second.holdout.model)
  }

  @Test func refusesShortHistories() {
    let error = #expect(throws: InputError.self) {
      try MediaMixCalibration(Generated(seed: 1, weeks: 25).history, name: "short")
    }
    #expect(error?.description.contains("25 ticks for") == true)
  }

  @Test(
    arguments: [
      ("draw,channel", "draws,channel", "draw: is no column; did you mean 'draws'?"),
      (
        "channel-0", "channel-9",
        "channel: is 'channel-9'; name the market's channels in their order: here 'channel-0'"
      ),
    ])
  func refusesForeignDraws(_ part: String, _ replacement: String, _ message: String) throws {
    let response = ResponseChannel(spends: [0, 1], saturation: Hill(maximum: 1, halfSaturation: 1))
    let market = Market(
      name: "m", ticks: 2, budget: 1, channels: [MediaChannel(name: "channel-0", kind: .response(response))])
    var text = PosteriorDraws(market: market, draws: [[response]]).csv
    let range = try #require(text.firstRange(of: part))
    text.replaceSubrange(range, with: replacement)
    let table = try CSVTable(bytes: Array(text.utf8), path: "p.csv")
    let error = #expect(throws: InputError.self) { try PosteriorDraws(market: market, table: table) }
    #expect(error?.description.hasSuffix(message) == true)
  }
}
