import Documents
import Environments
import Learning
import LinearAlgebra

/// What a policy decided in held-out episodes, for off-policy evaluation: `episode`, `step`, a column `x:NAME` per observation
/// column, `action:B` and `propensity:B` for each branch (`action` and `propensity` where there is one), `reward`.
///
/// A branch takes any allowed choice with the probability `exploration`, otherwise the best; the propensity is that of what
/// it took.
func decisionLog(
  of policy: Policy, in environment: any Environment, exploration: Float, episodes: Int, seed: UInt64
) -> String {
  func play<E: Environment>(_ environment: E) -> String {
    let (layout, sizes) = (environment.observationLayout, environment.actionSpace.branchSizes)
    func branches(_ name: String) -> [String] {
      sizes.count == 1 ? [name] : sizes.indices.map { "\(name):\($0)" }
    }
    var table = CSVWriter(
      ["episode", "step"] + layout.names.map { "x:\($0)" } + branches("action") + branches("propensity")
        + ["reward"])
    let lanes = VectorEnvironment(count: 1, seed: evaluationSeed(seed), threads: 1) { environment }
    let runner = PolicyRunner(policy, maximumBatch: 1)
    var stream = RandomStream(seed: seed, purpose: .exploration)
    var actions = [Int32](repeating: 0, count: sizes.count)
    var propensities = [Float](repeating: 1, count: sizes.count)
    lanes.reset()
    for episode in 0..<episodes {
      var (step, isOver) = (0, false)
      while !isOver {
        let row = lanes.observations.elements
        runner.act(observations: lanes.observations.view, into: &actions)
        var first = layout.mask?.lowerBound ?? 0
        for (branch, size) in sizes.enumerated() {
          let allowed = layout.mask == nil ? Array(0..<size) : (0..<size).filter { row[first + $0] > 0 }
          let any = exploration / Float(max(1, allowed.count))
          let best = actions[branch]
          if stream.uniform() < exploration, !allowed.isEmpty {
            actions[branch] = Int32(allowed[stream.integer(below: allowed.count)])
          }
          propensities[branch] = actions[branch] == best ? 1 - exploration + any : any
          first += size
        }
        lanes.step(actions: actions)
        table.append(
          ["\(episode)", "\(step)"] + row.map { "\($0)" } + actions.map { "\($0)" }
            + propensities.map { "\($0)" } + ["\(lanes.results.rewards[0])"])
        step += 1
        isOver = lanes.results.hasEnded(0)
      }
    }
    return table.text
  }
  return play(environment)
}
