import LinearAlgebra

/// Every outcome of every action in every state of a finite problem, in one flat array.
public struct TransitionTable: Sendable, Equatable {
  /// The number of states.
  public let stateCount: Int
  /// The number of actions, the same in every state.
  public let actionCount: Int
  private let outcomes: [Outcome]
  /// Where the outcomes of (state, action) begin, at state · actionCount + action; one more element ends the last.
  private let starts: [Int]

  /// Fills the table from a description of each (state, action).
  ///
  /// The probabilities of a (state, action) must sum to 1 within 1e-9, and every next state must exist.
  public init(
    stateCount: Int, actionCount: Int, outcomes describe: (_ state: Int, _ action: Int) -> [Outcome]
  ) {
    precondition(
      stateCount > 0 && actionCount > 0,
      "A finite problem needs a state and an action, not \(stateCount) and \(actionCount).")
    var outcomes: [Outcome] = []
    var starts = [0]
    for state in 0..<stateCount {
      for action in 0..<actionCount {
        let described = describe(state, action)
        precondition(
          abs(described.reduce(0) { $0 + $1.probability } - 1) < 1e-9
            && described.allSatisfy { $0.probability >= 0 },
          "The outcomes of action \(action) in state \(state) need probabilities that sum to 1.")
        precondition(
          described.allSatisfy { (0..<stateCount).contains($0.nextState) },
          "Action \(action) in state \(state) leads to a state that does not exist.")
        outcomes += described
        starts.append(outcomes.count)
      }
    }
    self.stateCount = stateCount
    self.actionCount = actionCount
    self.outcomes = outcomes
    self.starts = starts
  }

  /// What may happen when an action is played in a state.
  public subscript(state: Int, action: Int) -> ArraySlice<Outcome> { outcomes[range(state, action)] }

  /// Draws what happens when an action is played in a state.
  public func draw(state: Int, action: Int, stream: inout RandomStream) -> Outcome {
    let range = range(state, action)
    var rest = range.count > 1 ? Double(stream.uniform()) : 0
    for index in range.dropLast() {
      rest -= outcomes[index].probability
      if rest < 0 { return outcomes[index] }
    }
    return outcomes[range.upperBound - 1]
  }

  private func range(_ state: Int, _ action: Int) -> Range<Int> {
    let pair = state * actionCount + action
    return starts[pair]..<starts[pair + 1]
  }
}
