import LinearAlgebra

/// How a replay ring weighs its transitions (Schaul, Quan, Antonoglou and Silver, 2016, section 3.3).
public enum Prioritization: String, Sendable, CaseIterable {
  /// By the size of their errors.
  case proportional
  /// By the rank of their errors, which outliers cannot stretch.
  case rank
}

/// How likely the transitions of a replay ring are to be drawn.
///
/// A transition not yet learned from stands with those of the largest error so far, so that each is soon seen once.
protocol ReplayPriorities: AnyObject {
  /// Makes a slot's transition, which nothing is known of, likely to be drawn.
  func admit(_ slot: Int)

  /// Keeps a slot, in which there is no transition any more, from being drawn.
  func forget(_ slot: Int)

  /// Draws slots with replacement, one from each of as many equal parts of the whole probability.
  func draw(into slots: UnsafeMutablePointer<Int32>, count: Int, stream: inout RandomStream)

  /// Writes the weights (p_min / p)^β of slots just drawn, p_min being the smallest probability among them: the largest
  /// weight is 1, and with a correction β of 1 they take back in full what drawing unevenly does to expectations.
  func weigh(
    _ slots: UnsafePointer<Int32>, count: Int, correction: Float, into weights: UnsafeMutablePointer<Float>)

  /// Sets the priorities of slots by the absolute errors of their transitions, which are used up.
  func learn(_ errors: UnsafeMutablePointer<Float>, at slots: UnsafePointer<Int32>, count: Int)
}

/// Calls `take` with a number from each of as many equal parts of 0..<total.
@inline(__always)
func drawFromEqualParts(
  of total: Double, count: Int, stream: inout RandomStream, take: (_ part: Int, _ mass: Double) -> Void
) {
  let part = total / Double(count)
  for index in 0..<count {
    let place = (Double(stream.nextWord()) + 0.5) * 0x1p-32
    take(index, (Double(index) + place) * part)
  }
}
