import Environments
import LinearAlgebra

/// Measures how far discounted sums of rewards spread, to bring them to the scale that networks learn best at.
///
/// In every lane runs the sum G ← γ · G + r, which begins anew with an episode; its moments are taken over all steps.
struct ReturnMeter: ~Copyable {
  /// The moments of the sums, in one column.
  var moments = RunningMoments(columns: 1)
  private let sums: Matrix
  private let discount: Float

  init(lanes: Int, discount: Float) {
    sums = Matrix(rows: lanes, columns: 1)
    self.discount = discount
  }

  /// Begins all sums anew.
  func restart() {
    for lane in 0..<sums.rows { sums[lane, 0] = 0 }
  }

  /// Adds a step of every lane.
  mutating func add(_ step: StepStorage) {
    for lane in 0..<sums.rows { sums[lane, 0] = discount * sums[lane, 0] + step.rewards[lane] }
    moments.add(sums.view)
    for lane in 0..<sums.rows where step.hasEnded(lane) { sums[lane, 0] = 0 }
  }

  /// 1 / standard deviation of the sums; 1 where they do not vary.
  var scale: Float {
    let deviation = moments.variances[0].squareRoot()
    return deviation > 1e-6 * max(abs(moments.means[0]), 1e-6) ? Float(1 / deviation) : 1
  }
}
