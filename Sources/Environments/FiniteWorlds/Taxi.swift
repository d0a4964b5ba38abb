/// The taxi of Dietterich (2000) as Gymnasium's Taxi-v3 and Taxi-v4 have it: fetch a passenger, bring them where they
/// want to go.
///
/// A state is ((row · 5 + column) · 5 + passenger) · 4 + destination, the passenger at one of four stands or, as number 4,
/// in the taxi. Actions: down, up, right, left, pick up, drop off. Every step costs 1, a pick-up or drop-off where there is
/// nothing to be had costs 10, and delivery pays 20 and terminates. Truncated after 200 steps.
public struct Taxi: FiniteEnvironment {
  /// Every outcome of every action in every state.
  public let transitions: TransitionTable
  /// The states an episode may begin in.
  public let startStates: [Int]
  /// After how many steps an episode is truncated; nil for never.
  public let timeLimit: Int?

  /// The four stands: red, green, yellow, blue.
  private static let stands = [
    GridPlace(row: 0, column: 0), GridPlace(row: 0, column: 4), GridPlace(row: 4, column: 0),
    GridPlace(row: 4, column: 3),
  ]
  /// By row: the columns with a wall on their right.
  private static let walls: [Set<Int>] = [[1], [1], [], [0, 2], [0, 2]]

  /// Creates the problem; `timeLimit` is Gymnasium's 200 steps unless told otherwise.
  public init(timeLimit: Int? = 200) {
    self.timeLimit = timeLimit
    transitions = TransitionTable(stateCount: 500, actionCount: 6) { state, action in
      [Self.outcome(state, action)]
    }
    // The passenger waits at a stand that is not the destination.
    startStates = (0..<500).filter { ($0 / 4) % 5 < 4 && ($0 / 4) % 5 != $0 % 4 }
  }

  /// The problem's name in Gymnasium.
  public var metadata: [String: String] { ["environment": "Taxi-v3"] }

  private static func outcome(_ state: Int, _ action: Int) -> Outcome {
    var place = GridPlace(row: state / 100, column: state / 20 % 5)
    var passenger = state / 4 % 5
    let destination = state % 4
    var reward = -1.0
    var isTerminal = false
    switch action {
    case 0: place = place.moved(.down, rows: 5, columns: 5)
    case 1: place = place.moved(.up, rows: 5, columns: 5)
    case 2 where !walls[place.row].contains(place.column): place = place.moved(.right, rows: 5, columns: 5)
    case 3 where !walls[place.row].contains(place.column - 1): place = place.moved(.left, rows: 5, columns: 5)
    case 4:
      if passenger < 4 && place == stands[passenger] { passenger = 4 } else { reward = -10 }
    case 5:
      if passenger == 4 && place == stands[destination] {
        (passenger, reward, isTerminal) = (destination, 20, true)
      } else if passenger == 4, let stand = stands.firstIndex(of: place) {
        passenger = stand
      } else {
        reward = -10
      }
    default: break
    }
    let next = ((place.row * 5 + place.column) * 5 + passenger) * 4 + destination
    return Outcome(nextState: next, reward: reward, isTerminal: isTerminal)
  }
}
