import Budgets
import Foundation
import Testing

/// Drivers that cost nothing, and channels whose response follows what their audience saw.
@Suite struct OrganicAndExposureTests {
  /// A newsletter's part of the outcome is found, taken from no channel, and gets no money.
  @Test func organicDriversAreFoundAndGetNoMoney() throws {
    var generated = GeneratedHistory(seed: 11)
    let tv = generated.money(2e4)
    generated.add("tv", money: tv, effect: generated.effect(tv, .geometric(retention: 0.4), mean: 1.5e5))
    let letters = generated.money(5e5)
    let effect = generated.effect(letters, .geometric(retention: 0.3), mean: 2e5)
    generated.addOrganic("newsletter", driver: letters, effect: effect)
    let calibration = try MediaMixCalibration(generated.history, name: "organic", options: .quick)
    let newsletter = try #require(calibration.organic.first)
    let truth = effect.reduce(0, +)
    #expect(newsletter.name == "newsletter" && calibration.organic.count == 1)
    #expect(newsletter.interval.contains(truth))
    #expect(abs(newsletter.contribution / truth - 1) < 0.2)
    #expect(calibration.channels.map(\.name) == ["tv"])
    #expect(calibration.channels[0].roas90.contains(generated.returns[0]))
    #expect(calibration.market.channels.map(\.name) == ["tv"])
    #expect(calibration.posterior.draws.allSatisfy { $0.count == 1 })
    let money = tv.suffix(52).reduce(0, +)
    #expect(abs(calibration.market.budget / money - 1) < 1e-9)
    // Without the newsletter's column its part is noise.
    let blind = MediaHistory(
      days: generated.history.days, spacing: .weekly, outcome: generated.history.outcome,
      spends: generated.history.spends)
    let without = try MediaMixCalibration(blind, name: "blind", options: .quick)
    #expect(calibration.explained > without.explained + 0.2)
  }

  /// The response follows impressions, whose price wanders; what is planned is money, at the price on the whole.
  @Test func exposuresDriveTheResponse() throws {
    var generated = GeneratedHistory(seed: 12)
    let seen = generated.money(1e6)
    let effect = generated.effect(seen, .geometric(retention: 0.3), mean: 2e5)
    let money = seen.map { $0 * 0.02 * exp(generated.number(-1, 1)) }
    generated.add("tv", money: money, effect: effect, exposure: seen)
    let history = generated.history
    let calibration = try MediaMixCalibration(history, name: "exposure", options: .quick)
    let channel = calibration.channels[0]
    let cost = money.reduce(0, +) / seen.reduce(0, +)
    let shown = try #require(channel.costPerExposure)
    #expect(abs(shown / cost - 1) < 1e-12)
    #expect(channel.roas90.contains(generated.returns[0]))
    #expect(abs(channel.roas / generated.returns[0] - 1) < 0.2)
    // Curves and plans stay in money.
    #expect(channel.response.recent == Array(money.suffix(52)))
    #expect(channel.response.spends.last == money.max())
    let most = try #require(money.max())
    #expect((0.01 * most...10 * most).contains(channel.response.saturation.halfSaturation))
    // Money alone explains less: a week's impressions are not in proportion to it.
    let blind = MediaHistory(
      days: history.days, spacing: .weekly, outcome: history.outcome, spends: history.spends)
    let without = try MediaMixCalibration(blind, name: "blind", options: .quick)
    #expect(without.channels[0].costPerExposure == nil)
    #expect(calibration.explained > without.explained + 0.1)
  }
}
