import CKernels
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The two-link pendulum of Sutton (1996), driven at its second joint, with the constants of Gymnasium's Acrobot-v1.
///
/// Observation: cosine and sine of both angles, both angular velocities (rad/s). One branch with three choices: a torque
/// of −1, 0 or 1 N·m. Every step costs 1 until the tip swings above the bar by one link's length, which terminates the
/// episode; it is truncated after 500 steps.
public struct Acrobot: ScalarEnvironment {
  /// Angles and velocities in double precision, as in Gymnasium.
  public struct State: Sendable, Equatable {
    /// Angle of the first link from hanging straight down, in radians.
    public var angle1: Double
    /// Angle of the second link from the first, in radians.
    public var angle2: Double
    /// Angular velocity of the first link in radians per second.
    public var velocity1: Double
    /// Angular velocity of the second link in radians per second.
    public var velocity2: Double

    /// Creates a state from its four numbers.
    @inlinable public init(angle1: Double, angle2: Double, velocity1: Double, velocity2: Double) {
      self.angle1 = angle1
      self.angle2 = angle2
      self.velocity1 = velocity1
      self.velocity2 = velocity2
    }

    /// The state reached from this one along a slope.
    @inlinable func moved(along slope: State, by time: Double) -> State {
      State(
        angle1: angle1 + time * slope.angle1, angle2: angle2 + time * slope.angle2,
        velocity1: velocity1 + time * slope.velocity1, velocity2: velocity2 + time * slope.velocity2)
    }
  }

  /// After how many steps an episode is truncated.
  public let timeLimit: Int?

  /// Creates the problem; `timeLimit` is Acrobot-v1's 500 steps unless told otherwise.
  public init(timeLimit: Int? = 500) { self.timeLimit = timeLimit }

  /// Three torques.
  public var actionSpace: ActionSpace { ActionSpace(branchSizes: [3]) }
  /// The columns' names.
  public var observationLayout: ObservationLayout {
    ObservationLayout(names: [
      "cosine_1", "sine_1", "cosine_2", "sine_2", "angular_velocity_1", "angular_velocity_2",
    ])
  }
  /// The problem's name in Gymnasium.
  public var metadata: [String: String] { ["environment": "Acrobot-v1"] }

  /// A few of a kernel's vector operations.
  public var nanosecondsPerStep: Int { 45 }

  /// Lanes that a kernel steps together.
  public typealias Block = ClassicControlBlock

  /// Opens the lanes of a range.
  public func makeBlock(lanes: Range<Int>, seed: UInt64) -> ClassicControlBlock {
    ClassicControlBlock(
      lanes: lanes, seed: seed, startRanges: Array(repeating: Self.startRange, count: 4),
      timeLimit: timeLimit, step: ck_acrobot_step, observe: ck_acrobot_observe)
  }

  private static let startRange = -0.1...0.1

  /// Four numbers drawn uniformly from ±0.1.
  public func makeState(stream: inout RandomStream) -> State {
    let angle1 = Self.startRange.at(stream.uniform())
    let angle2 = Self.startRange.at(stream.uniform())
    let velocity1 = Self.startRange.at(stream.uniform())
    let velocity2 = Self.startRange.at(stream.uniform())
    return State(angle1: angle1, angle2: angle2, velocity1: velocity1, velocity2: velocity2)
  }

  /// Cosines, sines and velocities in single precision.
  @inlinable public func observe(_ state: State, into row: inout MutableSpan<Float>) {
    row[0] = Float(cos(state.angle1))
    row[1] = Float(sin(state.angle1))
    row[2] = Float(cos(state.angle2))
    row[3] = Float(sin(state.angle2))
    row[4] = Float(state.velocity1)
    row[5] = Float(state.velocity2)
  }

  /// One Runge-Kutta step of 0.2 s under a constant torque.
  @inlinable public func step(
    _ state: inout State, action: Span<Int32>, stream: inout RandomStream
  ) -> ScalarStep {
    let torque = Double(action[0] - 1)
    let interval = 0.2
    let k1 = slope(state, torque: torque)
    let k2 = slope(state.moved(along: k1, by: interval / 2), torque: torque)
    let k3 = slope(state.moved(along: k2, by: interval / 2), torque: torque)
    let k4 = slope(state.moved(along: k3, by: interval), torque: torque)
    let mean = k1.moved(along: k2, by: 2).moved(along: k3, by: 2).moved(along: k4, by: 1)
    state = state.moved(along: mean, by: interval / 6)
    state.angle1 = wrap(state.angle1)
    state.angle2 = wrap(state.angle2)
    state.velocity1 = min(max(state.velocity1, -4 * .pi), 4 * .pi)
    state.velocity2 = min(max(state.velocity2, -9 * .pi), 9 * .pi)
    let isUp = -cos(state.angle1) - cos(state.angle2 + state.angle1) > 1
    return ScalarStep(reward: isUp ? 0 : -1, terminated: isUp)
  }

  /// The change of the state per second: links of 1 m and 1 kg with centres of mass halfway and moments of 1 kg·m².
  @inlinable func slope(_ state: State, torque: Double) -> State {
    let gravity = 9.8
    let (cosine, sine) = (cos(state.angle2), sin(state.angle2))
    let d1 = 0.25 + (1 + 0.25 + cosine) + 2
    let d2 = (0.25 + 0.5 * cosine) + 1
    let phi2 = 0.5 * gravity * cos(state.angle1 + state.angle2 - .pi / 2)
    let phi1 =
      -0.5 * (state.velocity2 * state.velocity2) * sine - state.velocity2 * state.velocity1 * sine
      + 1.5 * gravity * cos(state.angle1 - .pi / 2) + phi2
    let acceleration2 =
      (torque + d2 / d1 * phi1 - 0.5 * (state.velocity1 * state.velocity1) * sine - phi2)
      / (0.25 + 1 - (d2 * d2) / d1)
    let acceleration1 = -(d2 * acceleration2 + phi1) / d1
    return State(
      angle1: state.velocity1, angle2: state.velocity2, velocity1: acceleration1, velocity2: acceleration2)
  }

  /// An angle brought between −π and π.
  @inlinable func wrap(_ angle: Double) -> Double {
    var angle = angle
    while angle > .pi { angle -= 2 * .pi }
    while angle < -.pi { angle += 2 * .pi }
    return angle
  }
}
