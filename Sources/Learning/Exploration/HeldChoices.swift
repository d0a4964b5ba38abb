import Environments
import LinearAlgebra

/// The disturbances that last, of every lane and branch: what `Exploration` with persistence holds from step to step.
package final class HeldChoices {
  /// A choice and for how many steps more it is held.
  struct Choice {
    var level: Int32
    var steps: Int32

    /// The choice of this step, which is then one less; nil where none is held.
    mutating func next() -> Int32? {
      guard steps > 0 else { return nil }
      steps -= 1
      return level
    }
  }

  private let choices: Buffer<Choice>
  private let lanes: Int
  private let branches: Int

  /// Makes room for the branches of some lanes; nothing is held yet.
  package init(lanes: Int, branches: Int) {
    self.lanes = lanes
    self.branches = branches
    choices = Buffer(repeating: Choice(level: 0, steps: 0), count: lanes * branches)
  }

  /// The branches of a lane.
  func row(_ lane: Int) -> UnsafeMutablePointer<Choice> { choices.pointer + lane * branches }

  /// Lets go of everything in lanes whose episode has ended, in one way or the other.
  package func release(_ step: StepStorage) {
    for lane in 0..<lanes where step.hasEnded(lane) {
      row(lane).update(repeating: Choice(level: 0, steps: 0), count: branches)
    }
  }
}
