import Environments
import LinearAlgebra

/// A slate world whose slates are filled position by position, each position a step: how learners meet it that know of
/// choices and no slates.
///
/// A row is the world's, then the share of the slate that is filled, then 1 for each candidate that does not stand on it
/// yet, which is the mask. The step that fills the last position shows the slate and has its reward; the others have none.
/// Slates of a single position are the world itself, with its own rows.
package struct SlateFilling<World: SlateWorld>: ScalarEnvironment {
  /// What is played.
  package let world: World
  private let positions: Int
  private let candidates: Int
  private let columns: Int

  /// Fills a world's slates.
  package init(_ world: World) {
    self.world = world
    let layout = world.slateLayout
    (positions, candidates, columns) = (layout.positions, layout.candidates, layout.observationSize)
  }

  /// The world, and the slate as far as it is filled.
  package struct State {
    var world: World.State
    var slate: [Int32]
    var filled = 0
  }

  /// The world's columns and those of the slate.
  package var observationLayout: ObservationLayout { world.fillingLayout }
  /// The item of the next position.
  package var actionSpace: ActionSpace { ActionSpace(branchSizes: [candidates]) }
  /// The world's, in steps of a position each.
  package var timeLimit: Int? { world.timeLimit.map { $0 * positions } }
  /// The world's.
  package var metadata: [String: String] { world.metadata }

  /// A new user before an empty slate.
  package func makeState(stream: inout RandomStream) -> State {
    State(
      world: world.makeState(stream: &stream), slate: [Int32](repeating: 0, count: positions))
  }

  /// Writes the world's row and the slate's columns.
  package func observe(_ state: State, into row: inout MutableSpan<Float>) {
    world.observe(state.world, into: &row)
    guard positions > 1 else { return }
    row[columns] = Float(state.filled) / Float(positions)
    for candidate in 0..<candidates { row[columns + 1 + candidate] = 1 }
    for position in 0..<state.filled { row[columns + 1 + Int(state.slate[position])] = 0 }
  }

  /// Places an item, and shows the slate when it is full.
  package func step(
    _ state: inout State, action: Span<Int32>, stream: inout RandomStream
  ) -> ScalarStep {
    state.slate[state.filled] = action[0]
    state.filled += 1
    guard state.filled == positions else { return ScalarStep(reward: 0) }
    state.filled = 0
    let slate = state.slate
    return world.step(&state.world, action: slate.span, stream: &stream)
  }
}

extension SlateEnvironment {
  /// The columns of the world when its slates are filled position by position.
  var fillingLayout: ObservationLayout {
    let layout = observationLayout
    guard slateLayout.positions > 1 else { return layout }
    let candidates = slateLayout.candidates
    return ObservationLayout(
      names: layout.names + ["slate_filled"] + (0..<candidates).map { "free:\($0)" },
      mask: layout.size + 1..<layout.size + 1 + candidates)
  }
}
