import CKernels
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The cart and pole of Barto, Sutton and Anderson (1983) with the constants of Gymnasium's CartPole-v1.
///
/// Observation: cart position (m), cart velocity (m/s), pole angle (rad), pole angular velocity (rad/s). One branch
/// with two choices: push left (0) or right (1). Every step is rewarded with 1; the episode terminates when the cart
/// leaves ±2.4 m or the pole ±12°, and is truncated after 500 steps.
public struct CartPole: ScalarEnvironment {
  /// Positions and velocities in double precision, as in Gymnasium.
  public struct State: Sendable, Equatable {
    /// Cart position in metres.
    public var x: Double
    /// Cart velocity in metres per second.
    public var velocity: Double
    /// Pole angle from the vertical in radians.
    public var angle: Double
    /// Pole angular velocity in radians per second.
    public var angularVelocity: Double

    /// Creates a state from its four numbers.
    @inlinable public init(x: Double, velocity: Double, angle: Double, angularVelocity: Double) {
      self.x = x
      self.velocity = velocity
      self.angle = angle
      self.angularVelocity = angularVelocity
    }
  }

  /// After how many steps an episode is truncated.
  public let timeLimit: Int?

  /// Creates the problem; `timeLimit` is CartPole-v1's 500 steps unless told otherwise.
  public init(timeLimit: Int? = 500) { self.timeLimit = timeLimit }

  /// Push left or right.
  public var actionSpace: ActionSpace { ActionSpace(branchSizes: [2]) }
  /// The columns' names.
  public var observationLayout: ObservationLayout {
    ObservationLayout(names: ["position", "velocity", "angle", "angular_velocity"])
  }
  /// The problem's name in Gymnasium.
  public var metadata: [String: String] { ["environment": "CartPole-v1"] }

  /// A few of a kernel's vector operations.
  public var nanosecondsPerStep: Int { 4 }

  /// Lanes that a kernel steps together.
  public typealias Block = ClassicControlBlock

  /// Opens the lanes of a range.
  public func makeBlock(lanes: Range<Int>, seed: UInt64) -> ClassicControlBlock {
    ClassicControlBlock(
      lanes: lanes, seed: seed, startRanges: Array(repeating: Self.startRange, count: 4),
      timeLimit: timeLimit, step: ck_cart_pole_step, observe: ck_cart_pole_observe)
  }

  private static let startRange = -0.05...0.05

  /// Four numbers drawn uniformly from ±0.05.
  public func makeState(stream: inout RandomStream) -> State {
    let x = Self.startRange.at(stream.uniform())
    let velocity = Self.startRange.at(stream.uniform())
    let angle = Self.startRange.at(stream.uniform())
    let angularVelocity = Self.startRange.at(stream.uniform())
    return State(x: x, velocity: velocity, angle: angle, angularVelocity: angularVelocity)
  }

  /// The four numbers in single precision.
  @inlinable public func observe(_ state: State, into row: inout MutableSpan<Float>) {
    row[0] = Float(state.x)
    row[1] = Float(state.velocity)
    row[2] = Float(state.angle)
    row[3] = Float(state.angularVelocity)
  }

  /// One explicit Euler step of 0.02 s under a push of ±10 N.
  @inlinable public func step(
    _ state: inout State, action: Span<Int32>, stream: inout RandomStream
  ) -> ScalarStep {
    let gravity = 9.8
    let poleMass = 0.1
    let totalMass = poleMass + 1.0
    let halfLength = 0.5
    let poleMoment = poleMass * halfLength
    let interval = 0.02

    let force = action[0] == 1 ? 10.0 : -10.0
    let cosine = cos(state.angle)
    let sine = sin(state.angle)
    let push =
      (force + poleMoment * (state.angularVelocity * state.angularVelocity) * sine) / totalMass
    let angularAcceleration =
      (gravity * sine - cosine * push)
      / (halfLength * (4.0 / 3.0 - poleMass * (cosine * cosine) / totalMass))
    let acceleration = push - poleMoment * angularAcceleration * cosine / totalMass

    state.x += interval * state.velocity
    state.velocity += interval * acceleration
    state.angle += interval * state.angularVelocity
    state.angularVelocity += interval * angularAcceleration
    let fallen = abs(state.x) > 2.4 || abs(state.angle) > 12 * 2 * Double.pi / 360
    return ScalarStep(reward: 1, terminated: fallen)
  }
}
