/// The cliff of Sutton and Barto (2018), example 6.6, as Gymnasium's CliffWalking-v1 has it.
///
/// A grid of 4 × 12 places, numbered row by row. Actions: up, right, down, left. Every step costs 1; stepping off the
/// cliff, the ten places between the start (bottom left) and the goal (bottom right), costs 100 and leads back to the
/// start. Only the goal terminates, and nothing is ever truncated unless a time limit is given.
public struct CliffWalking: FiniteEnvironment {
  /// Every outcome of every action in every state.
  public let transitions: TransitionTable
  /// After how many steps an episode is truncated; nil for never.
  public let timeLimit: Int?

  /// Creates the problem; Gymnasium's has no time limit.
  public init(timeLimit: Int? = nil) {
    self.timeLimit = timeLimit
    let (rows, columns) = (4, 12)
    let start = (rows - 1) * columns
    transitions = TransitionTable(stateCount: rows * columns, actionCount: 4) { state, action in
      let place = GridPlace(row: state / columns, column: state % columns)
        .moved([.up, .right, .down, .left][action], rows: rows, columns: columns)
      if place.row == rows - 1 && (1..<columns - 1).contains(place.column) {
        return [Outcome(nextState: start, reward: -100)]
      }
      let next = place.row * columns + place.column
      return [Outcome(nextState: next, reward: -1, isTerminal: next == rows * columns - 1)]
    }
  }

  /// The bottom left.
  public var startStates: [Int] { [36] }
  /// The problem's name in Gymnasium.
  public var metadata: [String: String] { ["environment": "CliffWalking-v1"] }
}
