import Apportion
import Foundation
import Testing

@Suite struct TenLinesTests {
  /// The README's program, with fewer lanes, steps and episodes.
  @Test func theReadmesProgramRuns() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).safetensors").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let market = try Market.bundled("nine-campaigns")
    let lanes = VectorEnvironment(count: 8, seed: 1) { BudgetAllocation(market: market) }
    let learner = DoubleDQN(environments: lanes, configuration: .init(hidden: [256, 256], head: .branching))
    try learner.train(steps: 800)
    let summary = learner.evaluate(episodes: 8)
    try learner.policy.write(to: path)
    #expect(summary.mean > 0)
    #expect(summary.description.contains("8 episodes"))
    #expect(try Policy(contentsOf: path) == learner.policy)
  }
}
