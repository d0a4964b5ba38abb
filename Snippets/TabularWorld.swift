// A finite world of your own, solved exactly and learned by playing it: swift run TabularWorld

import Apportion

/// A machine wears out from state 0 to state 4; running it pays less the more it is worn, and mending it costs 3.
struct Machine: FiniteEnvironment {
  let startStates = [0]
  let timeLimit: Int? = 100
  let transitions = TransitionTable(stateCount: 5, actionCount: 2) { wear, action in
    let (run, worn) = (action == 0, min(wear + 1, 4))
    guard run else { return [Outcome(nextState: 0, reward: -3)] }
    let pay = 4 - Double(wear)
    return [
      Outcome(probability: 0.6, nextState: worn, reward: pay),
      Outcome(probability: 0.4, nextState: wear, reward: pay),
    ]
  }
}

let best = try FiniteMDP(Machine().transitions).valueIteration(discount: 0.95)
print("Value iteration: mend in states", best.policy.indices.filter { best.policy[$0] == 1 })

let learner = TabularLearner(world: Machine(), configuration: .init(rule: .qLearning, discount: 0.95))
try learner.train(steps: 200_000)
let learned = learner.greedyActions
print("Q-learning:      mend in states", learned.indices.filter { learned[$0] == 1 })
