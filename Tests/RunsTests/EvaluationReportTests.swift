import Learning
import Runs
import Testing

@Suite struct EvaluationReportTests {
  private func row(_ name: String, _ returns: [Double]) -> EvaluationReport.Row {
    EvaluationReport.Row(
      name: name, summary: EvaluationSummary(returns: returns, lengths: returns.map { _ in 4 }),
      budgetUsed: 0.5)
  }

  @Test func comparesEpisodeByEpisode() throws {
    let report = EvaluationReport(
      policy: row("policy", [3, 5, 4, 8]), trainingSteps: 7,
      baselines: [row("weak", [1, 1, 1, 1]), row("strong", [2, 5, 6, 3])], boundMean: 10, violations: 0)
    #expect(report.shareOfBound == 0.5)
    // Against `strong`: won, tied, lost, won.
    #expect(report.successRate == 0.625)
    let json = report.json
    #expect(json["episodes"]?.int == 4)
    #expect(json["policy"]?["mean"]?.double == 5)
    #expect(json["policy"]?["cumulative_reward"]?.double == 20)
    #expect(json["policy"]?["average_reward"]?.double == 1.25)
    #expect(json["policy"]?["training_steps"]?.int == 7)
    #expect(json["baselines"]?["strong"]?["gain"]?["mean"]?.double == 1)
    // The gains 1, 0, -2, 5 have a standard deviation of √(26/3).
    let half = 1.959964 * (26.0 / 3).squareRoot() / 2
    let gain = try #require(json["baselines"]?["strong"]?["gain"])
    let interval = try #require(gain["ci95"]?.array).map { $0.double ?? .nan }
    #expect(abs(interval[0] - (1 - half)) < 1e-9 && abs(interval[1] - (1 + half)) < 1e-9)
    #expect(report.text.contains("trained for 7 steps"))
    #expect(report.text.contains("+25.0 %"))
  }

  @Test func doesNotCallACopyASuccess() {
    let same = [3.0, 5, 4]
    let report = EvaluationReport(
      policy: row("policy", same), trainingSteps: 0, baselines: [row("replan", same)], boundMean: 10,
      violations: 2)
    #expect(report.successRate == 0.5)
    #expect(report.text.contains("the policy is untrained"))
    #expect(report.text.contains("2 VIOLATIONS"))
  }
}
