import Apportion

/// Observations and rewards that are noise, in a network's sizes; nothing ever ends.
public struct NoiseWorld: Environment {
  /// The network the observations and actions are for.
  public let shape: NetworkShape

  /// The network's.
  public var observationLayout: ObservationLayout { shape.layout }
  /// The network's.
  public var actionSpace: ActionSpace { ActionSpace(branchSizes: shape.branchSizes) }

  /// Makes the world of a network.
  public init(shape: NetworkShape) { self.shape = shape }

  /// Lanes of noise.
  public func makeBlock(lanes: Range<Int>, seed: UInt64) -> Block { Block(lanes: lanes, seed: seed) }

  /// A stream of noise per lane.
  public final class Block: EnvironmentBlock {
    private var streams: [RandomStream]

    init(lanes: Range<Int>, seed: UInt64) {
      streams = lanes.map { RandomStream(seed: seed, purpose: .test, lane: $0) }
    }

    /// Draws every number anew.
    public func reset(observations: inout MutableMatrixSpan) {
      for lane in streams.indices {
        for column in 0..<observations.columns { observations[lane, column] = streams[lane].uniform() - 0.5 }
      }
    }

    /// Draws every number anew.
    public func step(actions: Span<Int32>, result: inout StepResult) {
      reset(observations: &result.observations)
      for lane in streams.indices {
        result.rewards[lane] = streams[lane].uniform()
        result.terminated[lane] = false
        result.truncated[lane] = false
      }
    }
  }
}
