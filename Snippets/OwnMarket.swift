// A market of your own, and what its baselines, a learned policy and the certified bound earn: swift run OwnMarket

import Apportion

/// A channel that turns money into sales along Hill's curve, some of them in the days after.
func channel(_ name: String, spends: [Double], atMost sales: Double, halfAt stock: Double) -> MediaChannel {
  let response = ResponseChannel(
    spends: spends, adstock: .geometric(retention: 0.5),
    saturation: Hill(maximum: sales, halfSaturation: stock), noise: 0.2)
  return MediaChannel(name: name, kind: .response(response))
}

let market = Market(
  name: "corner-shop", ticks: 14, budget: 9_000,
  drift: Drift(persistence: 0.8, response: 0.2), randomization: Randomization(response: 0.5),
  channels: [
    channel("search", spends: [0, 100, 200, 400, 800], atMost: 60, halfAt: 500),
    channel("social", spends: [0, 100, 200, 400], atMost: 35, halfAt: 300),
    channel("leaflets", spends: [0, 250, 500], atMost: 50, halfAt: 900),
  ])
try market.validate()

// The policy sees what the planner believes and would do, and learns what to do otherwise.
let environment = BudgetAllocation(market: market)
let learner = DoubleDQN(
  environments: VectorEnvironment(count: 256, seed: 1) { environment },
  configuration: .init(hidden: [64, 64], head: .additive, discount: 1))
try learner.train(steps: 100_000)
let policy = learner.policy

let evaluation = MarketEvaluation(market: market, episodes: 500, seed: 1)
let strategies =
  Baselines(market).entries + [.init("policy") { PolicyStrategy(policy: policy, environment: environment) }]
for (strategy, record) in zip(strategies, evaluation.run(strategies)) {
  print(strategy.name, record.returns.reduce(0, +) / 500)
}
print("certified bound", evaluation.bounds().reduce(0, +) / 500)
