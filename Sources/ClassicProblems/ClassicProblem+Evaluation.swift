import Applications
import Documents
import Environments
import Learning
import LinearAlgebra

extension ClassicProblem {
  /// Plays a policy on held-out episodes beside random play.
  package func evaluation(of policy: Policy, episodes: Int, seed: UInt64) throws -> Evaluation {
    func play<E: Environment>(_ environment: E) -> (policy: EvaluationSummary, random: EvaluationSummary) {
      let sizes = environment.actionSpace.branchSizes
      var stream = RandomStream(seed: seed, purpose: .exploration)
      let random = evaluate(environment, episodes: episodes, seed: seed) { observations, actions in
        for row in 0..<observations.rows {
          for (branch, size) in sizes.enumerated() {
            actions[row * sizes.count + branch] = Int32(stream.integer(below: size))
          }
        }
      }
      return (evaluate(policy, in: environment, episodes: episodes, seed: seed), random)
    }
    let played = play(task)
    return Evaluation(
      policy: .init(name: "policy", summary: played.policy), trainingSteps: policy.trainingSteps,
      baselines: [.init(name: "random", summary: played.random)],
      best: try bestScore(discount: nil, episodes: episodes))
  }

  package var overview: String {
    let sizes = task.actionSpace.branchSizes
    var text = "\(heading)\n"
    text +=
      "\(task.observationLayout.size) observation columns, choices \(sizes), \(defaultSteps) steps by default\n"
    text += "algorithms: " + algorithms.map(\.name).joined(separator: ", ") + "\n"
    return text
  }

  package var outline: JSONValue {
    [
      "name": .string(name), "kind": .string(Self.kind), "summary": .string(summary),
      "observation_size": JSONValue(task.observationLayout.size),
      "choices": .array(task.actionSpace.branchSizes.map { JSONValue($0) }),
      "algorithms": .array(algorithms.map { .string($0.name) }),
    ]
  }
}
