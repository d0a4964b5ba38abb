import Documents
import Environments
import LinearAlgebra

/// Decisions as they were made: what was seen, what was shown where, with which probability, and what it earned.
///
/// A row per slate: `episode`, `step`, `model`, a column `x:NAME` per observation column, `action:P` and `propensity:P` for
/// each position (`action` and `propensity` where there is one), `reward`. A position's probability is that of its item
/// given those before it; their product is the slate's.
package struct DecisionLog: Sendable {
  /// The table with its header.
  package private(set) var csv: String
  /// The number of decisions.
  package private(set) var count = 0

  /// Plays visits by chance over scores, and logs what is decided.
  ///
  /// - Parameters:
  ///   - world: what is played.
  ///   - visits: how many.
  ///   - seed: decides all chance.
  ///   - model: what decides.
  ///   - ranking: how slates are drawn from scores.
  ///   - score: writes each candidate's score, from an observation row.
  package init<World: SlateWorld>(
    _ world: World, visits: Int, seed: UInt64, model: String, ranking: PlackettLuce,
    score: (_ row: [Float], _ scores: UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    let layout = world.slateLayout
    var row = [Float](repeating: 0, count: layout.observationSize)
    var scores = [Float](repeating: 0, count: layout.candidates)
    self.init(world, visits: visits, seed: seed, model: model) { state, stream in
      var span = row.mutableSpan
      world.observe(state, into: &span)
      return scores.withUnsafeMutableBufferPointer { buffer in
        score(row, buffer)
        return ranking.draw(buffer, positions: layout.positions, stream: &stream)
      }
    }
  }

  /// Plays visits and logs what is decided.
  ///
  /// - Parameter draw: a slate for a visitor: the candidates' places, and the probability of each given those before it.
  init<World: SlateWorld>(
    _ world: World, visits: Int, seed: UInt64, model: String,
    draw: (_ state: World.State, _ stream: inout RandomStream) -> [BanditDecision]
  ) {
    let layout = world.slateLayout
    func branches(_ name: String) -> [String] {
      layout.positions == 1 ? [name] : (0..<layout.positions).map { "\(name):\($0)" }
    }
    var table = CSVWriter(
      ["episode", "step", "model"] + world.observationLayout.names.map { "x:\($0)" } + branches("action")
        + branches("propensity") + ["reward"])
    var row = [Float](repeating: 0, count: layout.observationSize)
    for visit in 0..<visits {
      var stream = RandomStream(seed: seed, purpose: .episode, lane: visit)
      var choices = RandomStream(seed: seed, purpose: .exploration, lane: visit)
      var state = world.makeState(stream: &stream)
      for step in 0..<(world.timeLimit ?? .max) {
        var span = row.mutableSpan
        world.observe(state, into: &span)
        let drawn = draw(state, &choices)
        let slate = drawn.map { Int32($0.arm) }
        let outcome = world.step(&state, action: slate.span, stream: &stream)
        table.append(
          ["\(visit)", "\(step)", model] + row.map { "\($0)" } + slate.map { "\($0)" }
            + drawn.map { "\($0.propensity)" } + ["\(outcome.reward)"])
        count += 1
        if outcome.terminated { break }
      }
    }
    csv = table.text
  }
}
