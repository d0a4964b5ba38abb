// An environment of your own, learned by PPO and by a double-DQN: swift run OwnEnvironment

import Apportion

/// A shop orders units every morning and sells what the day's customers ask for; what is left over costs storage.
struct Shop: ScalarEnvironment {
  let room = 20
  let timeLimit: Int? = 30

  var observationLayout: ObservationLayout { ObservationLayout(names: ["stock"]) }
  var actionSpace: ActionSpace { ActionSpace(branchSizes: [room + 1]) }

  func makeState(stream: inout RandomStream) -> Int { stream.integer(below: room + 1) }

  func observe(_ stock: Int, into row: inout MutableSpan<Float>) { row[0] = Float(stock) / Float(room) }

  func step(_ stock: inout Int, action: Span<Int32>, stream: inout RandomStream) -> ScalarStep {
    let ordered = min(Int(action[0]), room - stock)
    let sold = min(stock + ordered, stream.poisson(mean: 8))
    stock += ordered - sold
    return ScalarStep(reward: Float(5 * sold - 3 * ordered) - 0.1 * Float(stock))
  }
}

let learners: [(name: String, learner: any Learner)] = [
  ("PPO", PPO(environments: VectorEnvironment(count: 8, seed: 1) { Shop() })),
  (
    "double-DQN",
    DoubleDQN(
      environments: VectorEnvironment(count: 8, seed: 1) { Shop() },
      configuration: .init(hidden: [64, 64], head: .branching, discount: 0.9))
  ),
]
for (name, learner) in learners {
  try learner.train(steps: 200_000)
  print(name, "earns", try learner.score(episodes: 1_000, seed: 1), "in 30 days")
}
