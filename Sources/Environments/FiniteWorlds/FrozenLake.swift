/// The lake of ice and holes of Gymnasium's FrozenLake-v1: walk from S to G, and slip on the way.
///
/// Actions: left, down, right, up. On slippery ice a third of the steps goes where it was meant to, and a third each to
/// either side of it. Reaching the goal pays 1, everything else nothing; goal and holes terminate. States are numbered
/// row by row.
public struct FrozenLake: FiniteEnvironment {
  /// The letters S (start), F (frozen), H (hole) and G (goal), row by row.
  public let map: [String]
  /// Every outcome of every action in every state.
  public let transitions: TransitionTable
  /// The states an episode may begin in.
  public let startStates: [Int]
  /// After how many steps an episode is truncated; nil for never.
  public let timeLimit: Int?
  private let name: String

  /// Gymnasium's map of 4 × 4 places, truncated after 100 steps.
  public static func small(isSlippery: Bool = true) -> FrozenLake {
    FrozenLake(
      map: ["SFFF", "FHFH", "FFFH", "HFFG"], isSlippery: isSlippery, timeLimit: 100, name: "FrozenLake-v1")
  }

  /// Gymnasium's map of 8 × 8 places, truncated after 200 steps.
  package static func large(isSlippery: Bool = true) -> FrozenLake {
    FrozenLake(
      map: [
        "SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG",
      ], isSlippery: isSlippery, timeLimit: 200, name: "FrozenLake8x8-v1")
  }

  /// Lays out a map of rows of equal length, with at least one S.
  public init(map: [String], isSlippery: Bool, timeLimit: Int?, name: String = "FrozenLake") {
    let letters = map.map { Array($0) }
    let (rows, columns) = (letters.count, letters.first?.count ?? 0)
    precondition(letters.allSatisfy { $0.count == columns }, "The rows of a lake must be equally long.")
    self.map = map
    self.timeLimit = timeLimit
    self.name = name
    startStates = (0..<rows * columns).filter { letters[$0 / columns][$0 % columns] == "S" }
    precondition(!startStates.isEmpty, "A lake needs a place to start from: the letter S.")
    transitions = TransitionTable(stateCount: rows * columns, actionCount: 4) { state, action in
      let (row, column) = (state / columns, state % columns)
      guard !"GH".contains(letters[row][column]) else {
        return [Outcome(nextState: state, reward: 0, isTerminal: true)]
      }
      let directions = isSlippery ? [(action + 3) % 4, action, (action + 1) % 4] : [action]
      return directions.map { direction in
        let place = GridPlace(row: row, column: column)
          .moved([.left, .down, .right, .up][direction], rows: rows, columns: columns)
        let letter = letters[place.row][place.column]
        return Outcome(
          probability: 1 / Double(directions.count), nextState: place.row * columns + place.column,
          reward: letter == "G" ? 1 : 0, isTerminal: "GH".contains(letter))
      }
    }
  }

  /// The problem's name in Gymnasium.
  public var metadata: [String: String] { ["environment": name] }
}
