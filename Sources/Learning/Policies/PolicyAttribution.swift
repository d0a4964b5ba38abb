import LinearAlgebra

/// Which observation columns make a policy value one choice above another.
///
/// The margin between the two values is followed along the straight way from a reference row to the observation, and each
/// short step of it is split over the columns: integrated gradients (Sundararajan, Taly and Yan, 2017) by differences, with
/// the columns moved one after the other. So the parts of all columns sum up to the whole change of the margin, whatever the
/// network (completeness).
/// - Parameters:
///   - policy: the policy.
///   - choice: the place of a choice among all choices of all branches.
///   - other: the place of the choice it is compared with.
///   - observation: one raw row.
///   - reference: another, such as the mean row.
///   - steps: into how many steps the way is cut.
/// - Returns: one part per column, in raw reward units.
package func attribution(
  of policy: Policy, choice: Int, over other: Int, at observation: [Float], from reference: [Float],
  steps: Int = 32
) -> [Double] {
  let columns = policy.shape.observationSize
  precondition(
    observation.count == columns && reference.count == columns, "A row needs \(columns) observation columns.")
  precondition(steps > 0, "The way to an observation needs at least one step.")
  let rows = Matrix(rows: columns + 1, columns: columns)
  let values = Matrix(rows: columns + 1, columns: policy.shape.valueCount)
  let runner = PolicyRunner(policy, maximumBatch: columns + 1)
  var parts = [Double](repeating: 0, count: columns)
  for step in 0..<steps {
    let (start, end) = (Float(step) / Float(steps), Float(step + 1) / Float(steps))
    for row in 0...columns {
      for column in 0..<columns {
        let share = column < row ? end : start
        rows[row, column] = reference[column] + share * (observation[column] - reference[column])
      }
    }
    runner.qValues(observations: rows.view, into: values.view)
    for column in 0..<columns {
      let before = values[column, choice] - values[column, other]
      parts[column] += Double(values[column + 1, choice] - values[column + 1, other] - before)
    }
  }
  return parts
}
