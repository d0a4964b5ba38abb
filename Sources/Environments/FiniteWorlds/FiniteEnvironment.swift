import LinearAlgebra

/// One of the things that may happen when an action is played in a state of a finite problem.
public struct Outcome: Sendable, Equatable {
  /// How likely it is, given state and action.
  public var probability: Double
  /// The state reached.
  public var nextState: Int
  /// The reward of the step.
  public var reward: Double
  /// Whether the state reached is terminal, so that its value is 0.
  public var isTerminal: Bool

  /// Describes an outcome; certain and not terminal unless told otherwise.
  public init(probability: Double = 1, nextState: Int, reward: Double, isTerminal: Bool = false) {
    self.probability = probability
    self.nextState = nextState
    self.reward = reward
    self.isTerminal = isTerminal
  }
}

/// A problem with numbered states and actions whose every outcome is known.
///
/// It can be played like any other environment, its observation a column per state that is 1 in the present one; and it
/// can be solved, because `transitions` holds the whole model.
public protocol FiniteEnvironment: ScalarEnvironment where State == Int {
  /// Every outcome of every action in every state.
  var transitions: TransitionTable { get }
  /// The states an episode may begin in, all equally likely.
  var startStates: [Int] { get }
}

extension FiniteEnvironment {
  /// One branch with a choice per action.
  public var actionSpace: ActionSpace { ActionSpace(branchSizes: [transitions.actionCount]) }
  /// A column per state, named by its number.
  public var observationLayout: ObservationLayout {
    ObservationLayout(names: (0..<transitions.stateCount).map { "state_\($0)" })
  }

  /// One of the start states.
  public func makeState(stream: inout RandomStream) -> Int {
    startStates[stream.integer(below: startStates.count)]
  }

  /// 1 in the state's column, 0 elsewhere.
  public func observe(_ state: Int, into row: inout MutableSpan<Float>) {
    row.fill(0)
    row[state] = 1
  }

  /// Draws one of the outcomes.
  public func step(_ state: inout Int, action: Span<Int32>, stream: inout RandomStream) -> ScalarStep {
    let outcome = transitions.draw(state: state, action: Int(action[0]), stream: &stream)
    state = outcome.nextState
    return ScalarStep(reward: Float(outcome.reward), terminated: outcome.isTerminal)
  }
}
