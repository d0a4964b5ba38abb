import Environments
import Testing

@Suite struct KnapsackTaskTests {
  @Test func paysTheWorthOfWhatTheBudgetCovers() {
    let task = KnapsackTask(branchSizes: [4, 1, 3])
    #expect(task.observationLayout.spend == SpendColumns(costs: 0..<8, budget: 8))
    #expect(abs(task.worths[3] + task.worths[4] + task.worths[7] - 1) < 1e-6)
    let lanes = VectorEnvironment(count: 400, seed: 1) { task }
    lanes.reset()
    var (paid, refused) = (0, 0)
    for _ in 0..<20 {
      var actions: [Int32] = []
      var expected: [Float] = []
      for lane in 0..<400 {
        let row = (0..<9).map { lanes.observations[lane, $0] }
        #expect(row[0] == 0 && row[4] == 0 && row[5] == 0 && row[8] > 0)
        #expect(row[1] <= row[2] && row[2] <= row[3] && row[6] <= row[7])
        let action: [Int32] = [2, 0, Int32(lane % 3)]
        let places = [2, 4, 5 + lane % 3]
        let cost = places.reduce(0.0) { $0 + Double(row[$1]) }
        let isCovered = cost <= Double(row[8])
        expected.append(isCovered ? places.reduce(0) { $0 + task.worths[$1] } : 0)
        paid += isCovered ? 1 : 0
        refused += isCovered ? 0 : 1
        actions += action
      }
      lanes.step(actions: actions)
      for lane in 0..<400 {
        #expect(abs(lanes.rewards[lane] - expected[lane]) < 1e-6 && !lanes.terminated[lane])
      }
    }
    #expect(paid > 500 && refused > 500)
    #expect((0..<400).allSatisfy { lanes.truncated[$0] })
  }
}
