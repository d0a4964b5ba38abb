import Apportion
@_exported import Measuring

/// Lanes of an environment under random actions.
public final class SteppingWorkload<E: Environment> {
  /// The lanes.
  public let lanes: VectorEnvironment<E>
  private let rows: [[Int32]]
  private var turn = 0

  /// Draws eight sets of actions, which are played in turn; no `threads` for as many as there are processors.
  public init(_ environment: E, lanes count: Int, threads: Int? = nil) {
    lanes = VectorEnvironment(count: count, seed: 1, threads: threads) { environment }
    let sizes = environment.actionSpace.branchSizes
    var stream = RandomStream(seed: 1, purpose: .test)
    rows = (0..<8).map { _ in
      (0..<count).flatMap { _ in sizes.map { Int32(stream.integer(below: $0)) } }
    }
    lanes.reset()
  }

  /// Plays one step in every lane.
  public func step() {
    lanes.step(actions: rows[turn % rows.count])
    turn += 1
  }
}
