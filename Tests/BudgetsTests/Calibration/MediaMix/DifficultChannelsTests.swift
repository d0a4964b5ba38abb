import Budgets
import Documents
import Foundation
import Testing

/// What real tables have: channels with little money, new ones, useless ones, and short histories.
@Suite struct DifficultChannelsTests {
  /// Two channels and a third with 0.4 % of the money, of a true return like the others'.
  private func withSmallChannel(seed: UInt64) -> GeneratedHistory {
    var generated = GeneratedHistory(seed: seed, weeks: 156)
    for (name, level, share) in [("tv", 3e4, 2e5), ("search", 2e4, 1.5e5)] {
      let money = generated.money(level)
      let kept = generated.number(0.1, 0.6)
      generated.add(
        name, money: money, effect: generated.effect(money, .geometric(retention: kept), mean: share))
    }
    let others = generated.history.spends.reduce(0) { $0 + $1.values.reduce(0, +) }
    let raw = generated.money(1)
    let money = raw.map { $0 * 0.004 / 0.996 * others / raw.reduce(0, +) }
    let mean = 7 * money.reduce(0, +) / 156
    generated.add(
      "podcast", money: money, effect: generated.effect(money, .geometric(retention: 0.3), mean: mean))
    return generated
  }

  /// Of eight returns with nine in ten intervals, fewer than six inside have a probability of 4 %; seeds are fixed. Before
  /// the prior followed the money, estimates were nine times the truth.
  @Test func littleMoneyIsNotTakenForAMiracle() throws {
    var inside = 0
    var ratios: [Double] = []
    for seed in 21...28 {
      let generated = withSmallChannel(seed: UInt64(seed))
      let channel = try MediaMixCalibration(generated.history, name: "small", options: .quick).channels[2]
      inside += channel.roas90.contains(generated.returns[2]) ? 1 : 0
      ratios.append(channel.roas / generated.returns[2])
    }
    #expect(inside >= 6, "\(inside) of 8")
    #expect(ratios.sorted()[4] < 2.5, "\(ratios)")
    #expect((ratios.max() ?? 9) < 5, "\(ratios)")
  }

  /// A channel first bought in the hold-out: its forecast is the prior's return, no extrapolated noise. Of three returns with
  /// nine in ten intervals, fewer than two inside have a probability of 3 %; seeds are fixed.
  @Test func aNewChannelIsForecastByItsPrior() throws {
    var inside = 0
    for seed in [31, 32, 33] {
      var generated = GeneratedHistory(seed: UInt64(seed), weeks: 110)
      for (name, level) in [("tv", 3e4), ("search", 2e4)] {
        let money = generated.money(level)
        generated.add(
          name, money: money, effect: generated.effect(money, .geometric(retention: 0.3), mean: 5 * level))
      }
      let money = generated.money(3e4, from: 95)
      let effect = generated.effect(money, .geometric(retention: 0.3), mean: 5 * money.reduce(0, +) / 110)
      generated.add("social", money: money, effect: effect)
      let calibration = try MediaMixCalibration(generated.history, name: "new", options: .quick)
      #expect(calibration.holdout.ticks == 22)
      #expect(calibration.holdout.model.wape <= calibration.holdout.ridge.wape)
      #expect(calibration.holdout.model.wape < 0.15)
      inside += calibration.channels[2].roas90.contains(generated.returns[2]) ? 1 : 0
    }
    #expect(inside >= 2, "\(inside) of 3")
  }

  /// Six histories of a year or less with a season: forecasts err less than ridge's, in four at least, and a note tells of the
  /// season. Of 24 such histories the model errs less in 17, by 3.4 % in the median, ridge by 4.8 %.
  @Test func shortHistoriesForecastBetterThanRidge() throws {
    var (beaten, told) = (0, 0)
    var errors = (own: 0.0, ridge: 0.0)
    for (place, weeks) in [40, 44, 48, 52, 52, 56].enumerated() {
      var generated = GeneratedHistory(seed: UInt64(41 + place), weeks: weeks)
      for (name, level) in [("tv", 3e4), ("search", 2e4)] {
        let money = generated.money(level)
        generated.add(
          name, money: money, effect: generated.effect(money, .geometric(retention: 0.3), mean: 5 * level))
      }
      let calibration = try MediaMixCalibration(generated.history, name: "short", options: .quick)
      let (own, ridge) = (calibration.holdout.model.wape, calibration.holdout.ridge.wape)
      beaten += own <= ridge ? 1 : 0
      errors = (errors.own + own, errors.ridge + ridge)
      told += calibration.notes.contains { $0.contains("too short for more season") } ? 1 : 0
    }
    #expect(beaten >= 4, "\(beaten) of 6")
    #expect(errors.own < errors.ridge)
    #expect(told >= 4, "\(told) of 6")
  }

  /// A channel that brings nothing: its interval reaches 0, a note says so, and no note slanders the others.
  @Test(arguments: [51, 52])
  func aUselessChannelMayBringNothing(_ seed: UInt64) throws {
    var generated = GeneratedHistory(seed: seed, weeks: 156)
    for (name, level) in [("tv", 3e4), ("search", 2e4)] {
      let money = generated.money(level)
      generated.add(
        name, money: money, effect: generated.effect(money, .geometric(retention: 0.3), mean: 7 * level))
    }
    let money = generated.money(2e4)
    generated.add("banners", money: money, effect: [Double](repeating: 0, count: 156))
    let calibration = try MediaMixCalibration(generated.history, name: "useless", options: .quick)
    let banners = calibration.channels[2]
    #expect(banners.roas90.lowerBound == 0)
    #expect(banners.chanceOfNothing >= 0.05)
    #expect(banners.roas < 0.25 * calibration.channels[0].roas)
    #expect(calibration.notes.contains { $0.hasPrefix("banners may bring nothing") })
    #expect(!calibration.notes.contains { $0.hasPrefix("tv may") || $0.hasPrefix("search may") })
    try calibration.market.validate()
  }
}
