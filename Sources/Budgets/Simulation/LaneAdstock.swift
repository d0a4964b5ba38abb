import LinearAlgebra

/// The stock of one response channel in a range of lanes, each of which may have an adstock of its own.
final class LaneAdstock {
  private let lanes: Int
  /// How many ticks a finite sum of spends looks back; 0 where every adstock is a running sum.
  private let lags: Int
  /// Rows of lanes: stock, running sum, retention, what a spend adds to the running sum, weights by lag, spends by age.
  private let rows: Matrix
  private var age = 0

  /// Prepares lanes for any of some adstocks; each plays the first until `start` says otherwise.
  init(_ adstocks: [Adstock], lanes: Int) {
    self.lanes = lanes
    lags = adstocks.map { $0.weights?.count ?? 0 }.max() ?? 0
    rows = Matrix(rows: 4 + 2 * lags, columns: lanes)
    if let first = adstocks.first { start { _ in first } }
  }

  /// Lanes: the stock after the last spend.
  var stock: UnsafeMutablePointer<Float> { rows.pointer }

  private func row(_ index: Int) -> UnsafeMutablePointer<Float> { rows.pointer + index * lanes }

  /// Begins without stock, each lane with the adstock that it is given.
  func start(_ adstock: (_ lane: Int) -> Adstock) {
    rows.pointer.update(repeating: 0, count: rows.count)
    for lane in 0..<lanes {
      let adstock = adstock(lane)
      if let weights = adstock.weights {
        for (lag, weight) in weights.enumerated() { row(4 + lag)[lane] = Float(weight) }
      } else {
        row(2)[lane] = Float(adstock.retention)
        row(3)[lane] = 1
      }
    }
    age = 0
  }

  /// Begins without stock, each lane with the adstock that it has.
  func restart() {
    rows.pointer.update(repeating: 0, count: 2 * lanes)
    row(4 + lags).update(repeating: 0, count: lags * lanes)
    age = 0
  }

  /// Takes over the lanes of another that was prepared for the same adstocks.
  func copy(from other: LaneAdstock) {
    rows.pointer.update(from: other.rows.pointer, count: rows.count)
    age = other.age
  }

  /// Stock, running sum, spends by age, and the age, of one lane.
  var memory: [Float] {
    get {
      [row(0)[0], row(1)[0]] + (0..<lags).map { row(4 + lags + $0)[0] } + [Float(age)]
    }
    set {
      precondition(lanes == 1 && newValue.count == 3 + lags, "The memory is not of one lane of this adstock.")
      (row(0)[0], row(1)[0]) = (newValue[0], newValue[1])
      for lag in 0..<lags { row(4 + lags + lag)[0] = newValue[2 + lag] }
      age = Int(newValue[2 + lags])
    }
  }

  /// Adds a tick's spend of every lane to its stock.
  func add(_ spend: UnsafePointer<Float>) {
    let (stock, sum, retention, gain) = (row(0), row(1), row(2), row(3))
    for lane in 0..<lanes {
      sum[lane] = retention[lane] * sum[lane] + gain[lane] * spend[lane]
      stock[lane] = sum[lane]
    }
    guard lags > 0 else { return }
    row(4 + lags + age % lags).update(from: spend, count: lanes)
    for lag in 0..<min(age + 1, lags) {
      let (weight, spent) = (row(4 + lag), row(4 + lags + (age - lag) % lags))
      for lane in 0..<lanes { stock[lane] += weight[lane] * spent[lane] }
    }
    age += 1
  }
}
