import CKernels
import LinearAlgebra

/// What one channel's console has still to report in a range of lanes, by the ticks since it was made: conversions as they are
/// drawn, or the clicks that conversions are expected of.
final class ReportQueue {
  private let hazards: [Float]
  private let lanes: Int
  /// Rows of lanes: waiting by age, then what leaves an age, and chances.
  private let rows: Matrix

  init(_ delay: ReportingDelay, lanes: Int) {
    hazards = delay.hazards.map { Float($0) }
    self.lanes = lanes
    rows = Matrix(rows: hazards.count + 2, columns: lanes)
  }

  /// How many ages are told apart: as many rows of uniforms are needed to draw a tick's reports.
  var ages: Int { hazards.count }

  private func row(_ index: Int) -> UnsafeMutablePointer<Float> { rows.pointer + index * lanes }

  /// Begins with nothing on its way.
  func restart() { rows.pointer.update(repeating: 0, count: rows.count) }

  /// Takes over as many lanes of the same delay.
  func copy(from other: ReportQueue) { rows.pointer.update(from: other.rows.pointer, count: rows.count) }

  /// What is on its way, by age, of one lane.
  var memory: [Float] {
    get { hazards.indices.map { row($0)[0] } }
    set {
      precondition(lanes == 1 && newValue.count == ages, "The memory is not of one lane of this delay.")
      for (age, waiting) in newValue.enumerated() { row(age)[0] = waiting }
    }
  }

  /// Adds what a tick made, and writes how much of all that is on its way is expected to be reported in the tick.
  func expectReports(of made: UnsafePointer<Float>, into reported: UnsafeMutablePointer<Float>) {
    report(made, into: reported) { age, waiting, leaving in
      for lane in 0..<lanes { leaving[lane] = hazards[age] * waiting[lane] }
    }
  }

  /// Adds what a tick made, and draws how much of all that is on its way is reported in the tick.
  ///
  /// - Parameter uniforms: ages × lanes.
  func drawReports(
    of made: UnsafePointer<Float>, uniforms: MatrixView, into reported: UnsafeMutablePointer<Float>
  ) {
    let chances = row(ages + 1)
    report(made, into: reported) { age, waiting, leaving in
      chances.update(repeating: hazards[age], count: lanes)
      ck_binomial_quantiles(waiting, chances, uniforms.row(age), leaving, lanes)
    }
  }

  /// Goes from the oldest to the youngest, so that what stays moves on by one age.
  private func report(
    _ made: UnsafePointer<Float>, into reported: UnsafeMutablePointer<Float>,
    leave: (_ age: Int, _ waiting: UnsafePointer<Float>, _ leaving: UnsafeMutablePointer<Float>) -> Void
  ) {
    let (leaving, last) = (row(ages), ages - 1)
    reported.update(repeating: 0, count: lanes)
    for lane in 0..<lanes { row(0)[lane] += made[lane] }
    for age in stride(from: last, through: 0, by: -1) {
      let waiting = row(age)
      leave(age, waiting, leaving)
      for lane in 0..<lanes {
        reported[lane] += leaving[lane]
        waiting[lane] -= leaving[lane]
      }
      guard age < last else { continue }
      let older = row(age + 1)
      for lane in 0..<lanes {
        older[lane] += waiting[lane]
        waiting[lane] = 0
      }
    }
  }
}
