import Apportion
import ArgumentParser
import Foundation

/// What policies learned from a log of decisions would be paid, by every estimator, with 95 % intervals.
struct JudgeLog: ParsableCommand {
  @Argument(help: "A table with a row per decision.") var table: String
  @Option(help: "The column of what was shown.") var action = "item_id"
  @Option(help: "The column of what it paid.") var reward = "click"
  @Option(help: "The column of the probability that it was shown with; all alike where there is none.")
  var propensity: String?
  @Option(help: "The column of the position it was shown at.") var position: String?
  @Option(help: "The columns of the context.") var context: [String] = []
  @Option(help: "A headless table arms × positions of a policy's probabilities, to judge besides.")
  var policy: String?

  func run() throws {
    let log = try RecommendationLog(
      CSVTable(contentsOf: table),
      columns: .init(
        action: action, reward: reward, propensity: propensity, position: position, context: context))
    print("\(log.count) rows, \(log.armNames.count) arms, \(log.contexts.columns) context columns")
    print("on-policy mean \(log.meanReward)")
    if let policy {
      let shares = try String(contentsOfFile: policy, encoding: .utf8).split(separator: "\n").map {
        $0.split(separator: ",").compactMap { Double($0) }
      }
      let targets = (0..<log.count).map { shares[log.decisions[$0].arm][log.rowPositions[$0]] }
      show(
        "the policy given",
        LogJudgement(
          OffPolicySample(
            rewards: log.rewards.map { Double($0) },
            propensities: log.propensities, targets: targets)))
    }
    for arm in log.armNames.indices where log.armNames.count <= 5 {
      let targets = log.decisions.map { $0.arm == arm ? 1.0 : 0 }
      show(
        "always \(log.armNames[arm])",
        LogJudgement(
          OffPolicySample(
            rewards: log.rewards.map { Double($0) },
            propensities: log.propensities, targets: targets)))
    }
    if log.rewards.allSatisfy({ $0 == 0 || $0 == 1 }) {
      show("Bernoulli Thompson", LogJudgement(of: .bernoulliThompson, learnedFrom: log, seed: 1))
    }
    if log.contexts.columns > 0 {
      show("linear", LogJudgement(of: .linear(penalty: 100), learnedFrom: log, seed: 1))
    }
  }

  private func show(_ name: String, _ judgement: LogJudgement) {
    let size = String(format: "%.0f", judgement.effectiveSampleSize)
    print(
      "\(name): effective sample size \(size), largest weight \(judgement.largestWeight)"
        + (judgement.isTrusted ? "" : "; too little to say anything"))
    for (estimator, estimate) in judgement.estimates {
      let (low, high) = (estimate.ci95.lowerBound, estimate.ci95.upperBound)
      print("  \(estimator) \(estimate.value) (95 % \(low) to \(high))")
    }
  }
}
