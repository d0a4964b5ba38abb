import Documents

/// What knowledge adds to the precision of each effect, and where it draws it to.
///
/// A channel's effect e times what a unit of it brings in a measurement, m, is known to be R with a standard deviation σ. So the
/// log density of e gains −(m e − R)² / 2σ²: m² / σ² of precision, m R / σ² of shift. For a return, m is the contribution
/// of the whole history per unit of money; for a test, what the channel's curve brings with the money less what it brings
/// without the change, over all ticks, carry-over included.
struct KnowledgeTerms: Sendable {
  /// By driver and shape: Σ m² / σ².
  var precisions: [Double]
  /// By driver and shape: Σ m R / σ².
  var shifts: [Double]
  /// By driver and shape: whether the shape keeps as much as is known to be kept.
  var isAllowed: [Bool]

  init(
    _ knowledge: Knowledge, history: MediaHistory, design: MediaDesign, scale: Double
  ) throws(InputError) {
    let count = design.shapes.count
    precisions = [Double](repeating: 0, count: count * design.channelCount)
    shifts = precisions
    isAllowed = [Bool](repeating: true, count: precisions.count)
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
      let money = history.spends[channel].values.reduce(0, +)
      for shape in 0..<count {
        let index = channel * count + shape
        if let range = known.carryOver { isAllowed[index] = range.contains(design.shapes[shape].keptShare) }
        guard let expected = known.expectedReturn else { continue }
        add(
          design.columns[index].reduce(0, +) * scale / money, is: expected.mean, expected.deviation, at: index
        )
      }
      guard isAllowed[channel * count..<(channel + 1) * count].contains(true) else {
        throw InputError(
          .invalid, key: "knowledge.\(name).carry_over", problem: "fits no adstock that is tried",
          remedy: "widen the range, or choose another --adstock")
      }
    }
    for test in knowledge.experiments {
      let channel = try place(test.channel)
      let driver = history.drivers[channel].values
      let ticks = history.days.indices.filter { test.days.contains(history.days[$0]) }
      let spent = ticks.reduce(0) { $0 + history.spends[channel].values[$1] }
      guard !ticks.isEmpty else {
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
      // Money added is taken away in proportion; money cut is put back evenly where nothing is left.
      var without = driver
      for tick in ticks {
        without[tick] =
          spent > 0
          ? driver[tick] * (1 - test.spendChange / spent)
          : driver[tick] - test.spendChange / Double(ticks.count)
      }
      for shape in 0..<count {
        let index = channel * count + shape
        let counterfactual = design.shapes[shape].column(
          without, scaledBy: driver, rows: design.seenRows[channel])
        let change = design.columns[index].reduce(0, +) - counterfactual.reduce(0, +)
        add(change * scale, is: test.outcomeChange, test.deviation, at: index)
      }
    }
  }

  private mutating func add(_ unit: Double, is value: Double, _ deviation: Double, at index: Int) {
    precisions[index] += unit * unit / (deviation * deviation)
    shifts[index] += unit * value / (deviation * deviation)
  }
}

extension ResponseShape {
  /// The share of the effect that is kept from tick to tick: of Weibull's delays, that of a geometric one of the same mean lag.
  var keptShare: Double {
    guard let weights = adstock.weights else { return adstock.retention }
    let lag = weights.indices.reduce(0) { $0 + Double($1) * weights[$1] } / weights.reduce(0, +)
    return lag / (1 + lag)
  }
}
