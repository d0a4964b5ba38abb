import Documents
import Foundation

/// What knowledge adds to the precision of each effect, and where it draws it to.
///
/// A channel's effect e times what a unit of it brings in a measurement, m, is known to be R with a standard deviation σ. So the
/// log density of e gains −(m e − R)² / 2σ²: m² / σ² of precision, m R / σ² of shift. For a return, m is the contribution
/// of the whole history per unit of money; for a test, what the channel's curve brings with the money less what it brings
/// without the change, over all ticks, carry-over included.
struct KnowledgeTerms: Sendable {
  /// A return or a test.
  struct Measurement: Sendable {
    /// The place of its channel.
    let channel: Int
    /// By shape: what a unit of the channel's effect brings in it.
    let units: [Double]
    /// What was measured, and its standard error.
    let value: Double
    let deviation: Double

    /// What a draw says of it.
    func value(_ draw: EffectSampler.Draw) -> Double { units[draw.shapes[channel]] * draw.effects[channel] }
  }

  /// The tests, in their order.
  private(set) var tests: [Measurement] = []
  /// By driver and shape: Σ m² / σ².
  private(set) var precisions: [Double]
  /// By driver and shape: Σ m R / σ².
  private(set) var shifts: [Double]
  /// By driver and shape: the logarithm of its chance, with what is known of carry-over, before the outcome is seen.
  private(set) var logChances: [Double]
  /// By driver: the share per tick that is known to be kept; nil where nothing is known.
  private var keptShares: [ClosedRange<Double>?]

  init(
    _ knowledge: Knowledge, history: MediaHistory, design: MediaDesign, scale: Double
  ) throws(InputError) {
    let count = design.shapeCount
    precisions = [Double](repeating: 0, count: design.columns.count)
    shifts = precisions
    logChances = design.candidates.flatMap(\.logChances)
    keptShares = history.drivers.map { _ in nil }
    let names = history.spends.map(\.name)
    func place(_ name: String) throws(InputError) -> Int {
      guard let place = names.firstIndex(of: name) else {
        throw InputError(
          .invalid, key: "knowledge.\(name)", problem: "names no channel",
          remedy: nearest(to: name, in: names).map { "did you mean '\($0)'?" }
            ?? "there are \(names.joined(separator: ", "))")
      }
      return place
    }
    for (name, known) in knowledge.channels.sorted(by: { $0.key < $1.key }) {
      let channel = try place(name)
      let own = channel * count..<(channel + 1) * count
      if let range = known.carryOver {
        keptShares[channel] = range
        let allowed = zip(own, design.candidates[channel].shapes).filter { allows($0.1, channel: channel) }
        let chance = allowed.reduce(0) { $0 + exp(logChances[$1.0]) }
        guard chance > 0 else {
          throw InputError(
            .invalid, key: "knowledge.\(name).carry_over", problem: "fits no adstock that is tried",
            remedy: "widen the range, or choose another --adstock")
        }
        let told = allowed.map { ($0.0, logChances[$0.0] - log(chance)) }
        for index in own { logChances[index] = -.infinity }
        for (index, value) in told { logChances[index] = value }
      }
      if let expected = known.expectedReturn {
        let money = history.spends[channel].values.reduce(0, +)
        add(
          Measurement(
            channel: channel, units: design.columns[own].map { $0.reduce(0, +) * scale / money },
            value: expected.mean, deviation: expected.deviation))
      }
    }
    for test in knowledge.experiments {
      let channel = try place(test.channel)
      let driver = history.drivers[channel].values
      let without = try driverWithout(test, driver: driver, history: history, channel: channel)
      let units = design.candidates[channel].shapes.enumerated().map { shape, described in
        let column = design.columns[channel * count + shape]
        let counterfactual = described.column(without, scaledBy: driver, rows: design.seenRows[channel])
        return (column.reduce(0, +) - counterfactual.reduce(0, +)) * scale
      }
      tests.append(
        Measurement(channel: channel, units: units, value: test.outcomeChange, deviation: test.deviation))
      add(tests[tests.count - 1])
    }
  }

  /// Whether a shape keeps as much as is known to be kept.
  func allows(_ shape: ResponseShape, channel: Int) -> Bool {
    keptShares[channel]?.contains(shape.keptShare) ?? true
  }

  private mutating func add(_ measurement: Measurement) {
    let first = measurement.channel * measurement.units.count
    let variance = measurement.deviation * measurement.deviation
    for (shape, unit) in measurement.units.enumerated() {
      precisions[first + shape] += unit * unit / variance
      shifts[first + shape] += unit * measurement.value / variance
    }
  }
}

/// What would have driven a channel's response without a test.
///
/// Money added is taken away in proportion. Money cut is put back in proportion to what was left or, where nothing was, to as many
/// ticks before: spread evenly a saturating curve would make too much of it.
private func driverWithout(
  _ test: Knowledge.Experiment, driver: [Double], history: MediaHistory, channel: Int
) throws(InputError) -> [Double] {
  let ticks = history.days.indices.filter { test.days.contains(history.days[$0]) }
  let spent = ticks.reduce(0) { $0 + history.spends[channel].values[$1] }
  guard let first = ticks.first else {
    throw InputError(
      .invalid, key: "knowledge.experiments",
      problem: "has a test from \(test.days.lowerBound), where the history has no ticks",
      remedy: "give days from \(history.days[0]) to \(history.days[history.count - 1])")
  }
  guard test.spendChange <= spent * (1 + 1e-9) else {
    throw InputError(
      .invalid, key: "knowledge.experiments",
      problem:
        "has a test that added \(test.spendChange) to \(test.channel), which spent \(spent) in those days",
      remedy: "give the money that the history holds for the test")
  }
  var without = driver
  if spent > 1e-3 * abs(test.spendChange) {
    for tick in ticks { without[tick] *= 1 - test.spendChange / spent }
    return without
  }
  let before = first >= ticks.count ? Array(driver[first - ticks.count..<first]) : []
  let sum = before.reduce(0, +)
  for (place, tick) in ticks.enumerated() {
    let share = sum > 0 ? before[place] / sum : 1 / Double(ticks.count)
    without[tick] -= test.spendChange * share
  }
  return without
}

extension ResponseShape {
  /// The share of the effect that is kept from tick to tick: of Weibull's delays, that of a geometric one of the same mean lag.
  var keptShare: Double {
    guard let weights = adstock.weights else { return adstock.retention }
    let lag = weights.indices.reduce(0) { $0 + Double($1) * weights[$1] } / weights.reduce(0, +)
    return lag / (1 + lag)
  }
}
