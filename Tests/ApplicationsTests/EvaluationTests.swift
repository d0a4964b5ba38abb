import Applications
import Documents
import Learning
import Testing

@Suite struct EvaluationTests {
  private func row(_ name: String, _ returns: [Double]) -> Evaluation.Row {
    Evaluation.Row(
      name: name, summary: EvaluationSummary(returns: returns, lengths: returns.map { _ in 4 }),
      budgetUsed: 0.5)
  }

  @Test func comparesEpisodeByEpisode() throws {
    let report = Evaluation(
      policy: row("policy", [3, 5, 4, 8]), trainingSteps: 7,
      baselines: [row("weak", [1, 1, 1, 1]), row("strong", [2, 5, 6, 3])], best: .bound(10), violations: 0)
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
    let report = Evaluation(
      policy: row("policy", same), trainingSteps: 0, baselines: [row("replan", same)], best: .bound(10),
      violations: 2)
    #expect(report.successRate == 0.5)
    #expect(report.text.contains("the policy is untrained"))
    #expect(report.text.contains("2 VIOLATIONS"))
  }

  /// Without a budget or a bound, a table has no such columns, and what is lost is lost against a cost too.
  @Test func speaksOfWhatThereIs() throws {
    func row(_ name: String, _ returns: [Double]) -> Evaluation.Row {
      Evaluation.Row(
        name: name, summary: EvaluationSummary(returns: returns, lengths: returns.map { _ in 1 }))
    }
    let report = Evaluation(
      policy: row("policy", [-5, -7]), trainingSteps: 9, baselines: [row("random", [-12, -12])], best: nil)
    #expect(report.shareOfBound == nil && report.json["share_of_bound"] == .null)
    #expect(!report.text.contains("budget used") && !report.text.contains("of the bound"))
    #expect(report.text.contains("+50.0 %"))
  }
}
