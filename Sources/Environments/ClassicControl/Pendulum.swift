import CKernels
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The pendulum to be swung up and held, with the constants of Gymnasium's Pendulum-v1 and a ladder of torques.
///
/// Gymnasium's torque is any number within ±2 N·m; here one branch chooses among equally spaced ones. Observation: cosine
/// and sine of the angle from upright, angular velocity (rad/s). A step costs θ² + 0.1 θ̇² + 0.001 u², with θ within ±π.
/// Nothing terminates; an episode is truncated after 200 steps.
public struct Pendulum: ScalarEnvironment {
  /// Angle and velocity in double precision, as in Gymnasium.
  public struct State: Sendable, Equatable {
    /// Angle from upright in radians, not wrapped.
    public var angle: Double
    /// Angular velocity in radians per second, at most 8 either way.
    public var velocity: Double

    /// Creates a state from its two numbers.
    @inlinable public init(angle: Double, velocity: Double) {
      self.angle = angle
      self.velocity = velocity
    }
  }

  /// The number of torques, from −2 to 2 N·m in equal steps.
  public let levels: Int
  /// After how many steps an episode is truncated.
  public let timeLimit: Int?

  /// Creates the problem; `timeLimit` is Pendulum-v1's 200 steps unless told otherwise.
  public init(levels: Int = 11, timeLimit: Int? = 200) {
    precondition(levels > 1, "A ladder of torques needs at least two levels, not \(levels).")
    self.levels = levels
    self.timeLimit = timeLimit
  }

  /// The ladder of torques.
  public var actionSpace: ActionSpace { ActionSpace(branchSizes: [levels]) }
  /// The columns' names.
  public var observationLayout: ObservationLayout {
    ObservationLayout(names: ["cosine", "sine", "angular_velocity"])
  }
  /// The problem's name in Gymnasium.
  public var metadata: [String: String] { ["environment": "Pendulum-v1"] }

  /// A few of a kernel's vector operations.
  public var nanosecondsPerStep: Int { 12 }

  /// Lanes that a kernel steps together.
  public typealias Block = ClassicControlBlock

  /// Opens the lanes of a range.
  public func makeBlock(lanes: Range<Int>, seed: UInt64) -> ClassicControlBlock {
    let levels = Int32(levels)
    return ClassicControlBlock(
      lanes: lanes, seed: seed, startRanges: [Self.startAngles, Self.startVelocities], timeLimit: timeLimit,
      step: { ck_pendulum_step($0, $1, $2, levels, $3, $4, $5) }, observe: ck_pendulum_observe)
  }

  private static let startAngles = -Double.pi...Double.pi
  private static let startVelocities = -1.0...1.0

  /// Any angle, and a velocity within ±1.
  public func makeState(stream: inout RandomStream) -> State {
    let angle = Self.startAngles.at(stream.uniform())
    return State(angle: angle, velocity: Self.startVelocities.at(stream.uniform()))
  }

  /// Cosine, sine and velocity in single precision.
  @inlinable public func observe(_ state: State, into row: inout MutableSpan<Float>) {
    row[0] = Float(cos(state.angle))
    row[1] = Float(sin(state.angle))
    row[2] = Float(state.velocity)
  }

  /// One step of 0.05 s of a rod of 1 m and 1 kg under gravity of 10 m/s².
  @inlinable public func step(
    _ state: inout State, action: Span<Int32>, stream: inout RandomStream
  ) -> ScalarStep {
    let interval = 0.05
    let torque = -2 + 4 * Double(action[0]) / Double(levels - 1)
    var angle = (state.angle + .pi).truncatingRemainder(dividingBy: 2 * .pi)
    if angle < 0 { angle += 2 * .pi }
    angle -= .pi
    let cost = angle * angle + 0.1 * (state.velocity * state.velocity) + 0.001 * (torque * torque)
    state.velocity += (15 * sin(state.angle) + 3 * torque) * interval
    state.velocity = min(max(state.velocity, -8), 8)
    state.angle += state.velocity * interval
    return ScalarStep(reward: Float(-cost), terminated: false)
  }
}
