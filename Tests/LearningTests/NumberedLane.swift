import Environments
import Learning
import LinearAlgebra

extension ReplayBuffer {
  /// Plays the ring's one lane, whose rows are their numbers; row 0 begins it.
  func append(numbered rows: ClosedRange<Int>) {
    let row = Matrix(rows: 1, columns: 1)
    let final = Matrix(rows: 1, columns: 1)
    if rows.lowerBound == 0 { begin(observations: row.view) }
    var (reward, terminated, truncated, action) = (Float(0), false, false, Int32(0))
    for number in max(1, rows.lowerBound)...rows.upperBound {
      row[0, 0] = Float(number)
      append(
        actions: &action,
        result: StepResult(
          observations: row.view, finalObservations: final.view, rewards: &reward, terminated: &terminated,
          truncated: &truncated))
    }
  }
}
