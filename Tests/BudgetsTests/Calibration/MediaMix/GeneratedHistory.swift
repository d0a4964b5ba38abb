import Budgets
import Documents
import Foundation
import LinearAlgebra

/// Builds histories of weeks whose truth is known: a level, a season, noise and whatever is added.
struct GeneratedHistory {
  private(set) var stream: RandomStream
  /// By week, in units of the outcome.
  var outcome: [Double]
  private(set) var spends: [MediaHistory.Series] = []
  private(set) var exposures: [MediaHistory.Series?] = []
  private(set) var organic: [MediaHistory.Series] = []
  /// By channel: outcome per unit of money.
  private(set) var returns: [Double] = []

  init(seed: UInt64, weeks: Int = 120, noise: Double = 0.03, season: Double = 0.1) {
    stream = RandomStream(seed: seed, purpose: .test)
    outcome = []
    for week in 0..<weeks {
      let wave = season * sin(2 * .pi * Double(week) / 52.18)
      outcome.append(1e6 * (1 + wave + noise * Double(stream.normal())))
    }
  }

  /// A number between two others.
  mutating func number(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * Double(stream.uniform())
  }

  /// Money by week, from a week on: log-normal, off in one week of six.
  mutating func money(_ level: Double, from first: Int = 0) -> [Double] {
    outcome.indices.map { week in
      let spend = stream.uniform() < 1 / 6 ? 0 : level * exp(0.6 * Double(stream.normal()))
      return week < first ? 0 : spend
    }
  }

  /// What a driver brings by week: a saturating curve of slope 1, half of it at `half` times the mean stock, of which the mean
  /// over all weeks is `mean`.
  func effect(_ driver: [Double], _ adstock: Adstock, half: Double = 1.2, mean: Double) -> [Double] {
    let stocks = adstock.stocks(of: driver)
    let live = stocks.filter { $0 > 0 }
    let middle = half * live.reduce(0, +) / Double(live.count)
    let curve = stocks.map { $0 / ($0 + middle) }
    let scale = mean * Double(curve.count) / curve.reduce(0, +)
    return curve.map { $0 * scale }
  }

  /// Adds a channel that brings `effect` by week, with what its audience saw where that is known.
  mutating func add(_ name: String, money: [Double], effect: [Double], exposure: [Double]? = nil) {
    spends.append(.init(name: name, values: money))
    exposures.append(exposure.map { .init(name: name + "_seen", values: $0) })
    returns.append(effect.reduce(0, +) / money.reduce(0, +))
    for week in outcome.indices { outcome[week] += effect[week] }
  }

  /// Adds a driver that costs nothing.
  mutating func addOrganic(_ name: String, driver: [Double], effect: [Double]) {
    organic.append(.init(name: name, values: driver))
    for week in outcome.indices { outcome[week] += effect[week] }
  }

  var history: MediaHistory {
    MediaHistory(
      days: outcome.indices.map { Self.day(ofWeek: $0) }, spacing: .weekly,
      outcome: .init(name: "sales", values: outcome), spends: spends, exposures: exposures, organic: organic)
  }

  static func day(ofWeek week: Int) -> CalendarDay { CalendarDay(number: 18_000 + 7 * week) }

  /// The history as a table, for the command line.
  var csv: String {
    let columns =
      [MediaHistory.Series(name: "sales", values: outcome)] + spends + exposures.compactMap { $0 } + organic
    let rows = outcome.indices.map { week in
      (["\(Self.day(ofWeek: week))"] + columns.map { "\($0.values[week])" }).joined(separator: ",")
    }
    return ((["week"] + columns.map(\.name)).joined(separator: ",") + "\n") + rows.joined(separator: "\n")
      + "\n"
  }
}

extension MediaMixOptions {
  /// Few draws, for tests.
  static var quick: MediaMixOptions {
    var options = MediaMixOptions()
    options.draws = 80
    return options
  }
}
