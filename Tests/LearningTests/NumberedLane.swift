import Environments
import Learning

extension ReplayBuffer {
  /// Plays the ring's one lane, whose rows are their numbers; row 0 begins it.
  func append(numbered rows: ClosedRange<Int>) {
    let step = StepStorage(lanes: 1, observationSize: 1)
    if rows.lowerBound == 0 { begin(observations: step.observations.view) }
    for number in max(1, rows.lowerBound)...rows.upperBound {
      step.observations[0, 0] = Float(number)
      append(actions: [0], step: step)
    }
  }
}
