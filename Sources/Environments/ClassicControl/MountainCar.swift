import CKernels
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The car too weak for its hill of Moore (1990), with the constants of Gymnasium's MountainCar-v0.
///
/// Observation: position and velocity. One branch with three choices: accelerate left, not at all, or right. Every step
/// costs 1 until the car stands on the hill at 0.5, which terminates the episode; it is truncated after 200 steps.
public struct MountainCar: ScalarEnvironment {
  /// Position and velocity in double precision, as in Gymnasium.
  public struct State: Sendable, Equatable {
    /// Position, from −1.2 to 0.6; the valley's bottom is at −π/6.
    public var position: Double
    /// Velocity in positions per step, at most 0.07 either way.
    public var velocity: Double

    /// Creates a state from its two numbers.
    @inlinable public init(position: Double, velocity: Double) {
      self.position = position
      self.velocity = velocity
    }
  }

  /// After how many steps an episode is truncated.
  public let timeLimit: Int?

  /// Creates the problem; `timeLimit` is MountainCar-v0's 200 steps unless told otherwise.
  public init(timeLimit: Int? = 200) { self.timeLimit = timeLimit }

  /// Left, coast, right.
  public var actionSpace: ActionSpace { ActionSpace(branchSizes: [3]) }
  /// The columns' names.
  public var observationLayout: ObservationLayout {
    ObservationLayout(names: ["position", "velocity"])
  }
  /// The problem's name in Gymnasium.
  public var metadata: [String: String] { ["environment": "MountainCar-v0"] }

  /// A few of a kernel's vector operations.
  public var nanosecondsPerStep: Int { 3 }

  /// Lanes that a kernel steps together.
  public typealias Block = ClassicControlBlock

  /// Opens the lanes of a range.
  public func makeBlock(lanes: Range<Int>, seed: UInt64) -> ClassicControlBlock {
    ClassicControlBlock(
      lanes: lanes, seed: seed, startRanges: [Self.startPositions, 0...0], timeLimit: timeLimit,
      step: ck_mountain_car_step, observe: ck_mountain_car_observe)
  }

  private static let startPositions = -0.6 ... -0.4

  /// At rest between −0.6 and −0.4.
  public func makeState(stream: inout RandomStream) -> State {
    State(position: Self.startPositions.at(stream.uniform()), velocity: 0)
  }

  /// Both numbers in single precision.
  @inlinable public func observe(_ state: State, into row: inout MutableSpan<Float>) {
    row[0] = Float(state.position)
    row[1] = Float(state.velocity)
  }

  /// One step under the engine's force of 0.001 and gravity of 0.0025.
  @inlinable public func step(
    _ state: inout State, action: Span<Int32>, stream: inout RandomStream
  ) -> ScalarStep {
    state.velocity += Double(action[0] - 1) * 0.001 + cos(3 * state.position) * -0.0025
    state.velocity = min(max(state.velocity, -0.07), 0.07)
    state.position += state.velocity
    state.position = min(max(state.position, -1.2), 0.6)
    if state.position == -1.2 && state.velocity < 0 { state.velocity = 0 }
    return ScalarStep(reward: -1, terminated: state.position >= 0.5 && state.velocity >= 0)
  }
}
