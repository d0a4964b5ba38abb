import LinearAlgebra

/// The last passes of play: every row of every step, kept once, with what was played and what it led to.
///
/// A pass is one episode in each of some lanes; the row after a step is the row of the next step. When the replay is full,
/// a new pass takes the place of the oldest.
package final class PricedReplay {
  let passes, steps, lanes, channels: Int
  private(set) var stored = 0
  private let rows: Matrix
  private let numbers: Matrix
  private let levels: UnsafeMutablePointer<Int32>
  private let prices: Matrix

  package init(passes: Int, steps: Int, lanes: Int, channels: Int, columns: Int) {
    (self.passes, self.steps, self.lanes, self.channels) = (passes, steps, lanes, channels)
    let count = passes * steps * lanes * channels
    rows = Matrix(rows: count, columns: columns)
    numbers = Matrix(rows: 2, columns: count)
    levels = .allocate(capacity: count)
    levels.initialize(repeating: 0, count: count)
    prices = Matrix(rows: passes, columns: lanes * channels)
  }

  deinit { levels.deallocate() }

  /// How many passes can be sampled.
  var filled: Int { min(stored, passes) }

  /// Begins a pass over the oldest one, and returns its slot.
  package func beginPass() -> Int {
    defer { stored += 1 }
    return stored % passes
  }

  /// The first place of a lane's channels.
  package func place(pass: Int, step: Int, lane: Int) -> Int {
    ((pass * steps + step) * lanes + lane) * channels
  }

  /// The rows of a range of lanes before a step.
  package func rows(pass: Int, step: Int, lanes range: Range<Int>) -> MatrixView {
    let first = place(pass: pass, step: step, lane: range.lowerBound)
    return rows.view.rows(first..<first + range.count * channels)
  }

  package func row(_ place: Int) -> UnsafePointer<Float> {
    UnsafePointer(rows.pointer + place * rows.columns)
  }
  /// What was played, by place.
  package var played: UnsafeMutablePointer<Int32> { levels }
  /// What was gained, by place.
  package var gains: UnsafeMutablePointer<Float> { numbers.pointer }
  /// What was spent, by place.
  package var costs: UnsafeMutablePointer<Float> { numbers.pointer + numbers.columns }
  /// Lanes × channels: the log price of money of a pass.
  package func prices(pass: Int) -> UnsafeMutablePointer<Float> { prices.pointer + pass * prices.columns }
}
