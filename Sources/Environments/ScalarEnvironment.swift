import LinearAlgebra

/// An environment written for one lane at a time; the block that steps many comes for free.
///
/// ```swift
/// struct CoinFlip: ScalarEnvironment {
///   var observationLayout: ObservationLayout { ObservationLayout(names: ["coin"]) }
///   var actionSpace: ActionSpace { ActionSpace(branchSizes: [2]) }
///   func makeState(stream: inout RandomStream) -> Bool { stream.uniform() < 0.5 }
///   func observe(_ state: Bool, into row: inout MutableSpan<Float>) { row[0] = state ? 1 : 0 }
///   func step(_ state: inout Bool, action: Span<Int32>, stream: inout RandomStream) -> ScalarStep {
///     ScalarStep(reward: (action[0] == 1) == state ? 1 : 0, terminated: true)
///   }
/// }
/// ```
///
/// A problem that also has a block of its own, as those of classic control have, keeps its one-lane form as the reference
/// that the block is tested against.
public protocol ScalarEnvironment: Environment {
  /// The state of one episode.
  associatedtype State
  /// The lanes; `ScalarBlock` unless the problem has a block of its own.
  associatedtype Block = ScalarBlock<Self>

  /// After how many steps an episode is truncated; nil for never.
  var timeLimit: Int? { get }
  /// The state an episode begins in, all chance drawn from `stream`.
  func makeState(stream: inout RandomStream) -> State
  /// Writes the observation of a state, an element per column.
  func observe(_ state: State, into row: inout MutableSpan<Float>)
  /// Plays one action, one choice per branch, all chance drawn from `stream`.
  func step(_ state: inout State, action: Span<Int32>, stream: inout RandomStream) -> ScalarStep
  /// Writes the action that every step is compared with, one choice per branch; asked only where `hasCounterfactual`.
  func writeReference(_ state: State, into action: inout MutableSpan<Int32>)
}

/// What one step of one lane led to.
public struct ScalarStep: Sendable, Equatable {
  /// The reward of the step.
  public var reward: Float
  /// Whether the state reached is terminal.
  public var terminated: Bool

  /// Creates the outcome of a step.
  @inlinable public init(reward: Float, terminated: Bool = false) {
    self.reward = reward
    self.terminated = terminated
  }
}

extension ScalarEnvironment {
  /// Episodes that are never truncated.
  @inlinable public var timeLimit: Int? { nil }
  /// No action to compare with.
  @inlinable public func writeReference(_ state: State, into action: inout MutableSpan<Int32>) {
    preconditionFailure(
      "An environment with counterfactuals must say which action its steps are compared with.")
  }
}

extension ScalarEnvironment where Block == ScalarBlock<Self> {
  /// The state of a range of lanes, one `State` and one stream of chance per lane.
  @inlinable public func makeBlock(lanes: Range<Int>, seed: UInt64) -> ScalarBlock<Self> {
    ScalarBlock(environment: self, lanes: lanes, seed: seed)
  }
}

/// The lanes of a `ScalarEnvironment`, stepped one after the other.
public final class ScalarBlock<E: ScalarEnvironment>: EnvironmentBlock {
  @usableFromInline let environment: E
  @usableFromInline let count: Int
  @usableFromInline let limit: Int
  @usableFromInline let branches: Int
  @usableFromInline let states: Buffer<E.State>
  @usableFromInline let streams: Buffer<RandomStream>
  @usableFromInline let ages: Buffer<Int>
  /// The reference action of the lane at hand.
  @usableFromInline let reference: Buffer<Int32>

  /// Creates the lanes of a range, each with its own stream of chance.
  @inlinable public init(environment: E, lanes: Range<Int>, seed: UInt64) {
    self.environment = environment
    count = lanes.count
    limit = environment.timeLimit ?? Int.max
    branches = environment.actionSpace.branchCount
    let streams = Buffer(count: lanes.count) {
      RandomStream(seed: seed, purpose: .episode, lane: lanes.lowerBound + $0)
    }
    states = Buffer(count: lanes.count) { environment.makeState(stream: &streams[$0]) }
    self.streams = streams
    ages = Buffer(repeating: 0, count: lanes.count)
    reference = Buffer(repeating: 0, count: branches)
  }

  /// Starts a new episode in every lane.
  @inlinable public func reset(observations: inout MutableMatrixSpan) {
    for lane in 0..<count { begin(lane, observations: &observations) }
  }

  /// Plays one step in every lane, beginning anew where an episode ended.
  @inlinable public func step(actions: Span<Int32>, result: inout StepResult) {
    for lane in 0..<count {
      let action = actions.extracting(lane * branches..<(lane + 1) * branches)
      if environment.hasCounterfactual { playReference(lane, into: &result.counterfactual) }
      let outcome = environment.step(&states[lane], action: action, stream: &streams[lane])
      ages[lane] += 1
      let truncated = !outcome.terminated && ages[lane] >= limit
      result.rewards[lane] = outcome.reward
      result.terminated[lane] = outcome.terminated
      result.truncated[lane] = truncated
      if outcome.terminated || truncated {
        var last = result.finalObservations.row(lane)
        environment.observe(states[lane], into: &last)
        begin(lane, observations: &result.observations)
      } else {
        var next = result.observations.row(lane)
        environment.observe(states[lane], into: &next)
      }
    }
  }

  /// Writes what the reference action would have led to from a lane's state with the same luck.
  @inlinable func playReference(_ lane: Int, into counterfactual: inout Counterfactual?) {
    var (state, luck) = (states[lane], streams[lane])
    let choices = reference.pointer
    var action = _overrideLifetime(MutableSpan(_unsafeStart: choices, count: branches), borrowing: self)
    environment.writeReference(state, into: &action)
    for branch in 0..<branches { counterfactual?.actions[lane * branches + branch] = choices[branch] }
    let outcome = environment.step(
      &state, action: Span(_unsafeStart: choices, count: branches), stream: &luck)
    counterfactual?.rewards[lane] = outcome.reward
    guard !outcome.terminated, ages[lane] + 1 < limit, var row = counterfactual?.observations.row(lane)
    else { return }
    environment.observe(state, into: &row)
  }

  @inlinable func begin(_ lane: Int, observations: inout MutableMatrixSpan) {
    states[lane] = environment.makeState(stream: &streams[lane])
    ages[lane] = 0
    var first = observations.row(lane)
    environment.observe(states[lane], into: &first)
  }
}
