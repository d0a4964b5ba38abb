/// A sequential decision problem that can be stepped in blocks of lanes.
///
/// The value describes the problem and holds no state of an episode; `makeBlock` makes the state of a contiguous
/// range of lanes. Randomness depends on the seed and the lane alone, never on how lanes are cut into blocks.
public protocol Environment: Sendable {
  /// The running state of a range of lanes.
  associatedtype Block: EnvironmentBlock

  /// The columns of one observation row. Asked for when something is set up, not in steps.
  var observationLayout: ObservationLayout { get }
  /// The choices of one step.
  var actionSpace: ActionSpace { get }
  /// Whether a step also writes what a reference action would have led to; see `Counterfactual`.
  var hasCounterfactual: Bool { get }
  /// About how many nanoseconds a step of one lane takes: decides how many threads a step of all lanes is worth, and
  /// nothing else.
  var nanosecondsPerStep: Int { get }
  /// What a saved policy should say of the problem it was trained on, as text by key.
  var metadata: [String: String] { get }
  /// Creates the state of the lanes of a range.
  func makeBlock(lanes: Range<Int>, seed: UInt64) -> Block
}

extension Environment {
  /// Nothing but what was played.
  public var hasCounterfactual: Bool { false }
  /// Enough for every thread from some hundred lanes on.
  public var nanosecondsPerStep: Int { 1000 }
  /// Nothing to say.
  public var metadata: [String: String] { [:] }
}
