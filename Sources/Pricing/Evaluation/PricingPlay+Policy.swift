import Documents
import Environments
import Learning
import LinearAlgebra

extension PricingPlay {
  /// Plays a learned policy on the same seasons with the same luck.
  ///
  /// - Throws: `InputError` where the policy does not say what it was shown.
  public func run(_ policy: Policy) throws -> PricingRecord {
    let environment = try PricingEnvironment(simulation, shownTo: policy)
    precondition(
      policy.shape.observationSize == environment.observationLayout.size
        && policy.actionSpace == environment.actionSpace,
      "The policy was trained for other observations or actions than the problem has.")
    let problem = simulation.problem
    let count = problem.products.count
    let field = VectorEnvironment(count: lanes, seed: evaluationSeed(seed)) { environment }
    let runner = PolicyRunner(policy, maximumBatch: lanes, threads: nil)
    let actions = Buffer(repeating: Int32(0), count: lanes * count)
    var profits = [Double](repeating: 0, count: episodes)
    var path = [Double](repeating: 0, count: problem.periods)
    var prices = [Double](repeating: 0, count: problem.periods * count)
    var offers = prices
    field.reset()
    for first in stride(from: 0, to: episodes, by: lanes) {
      let playing = min(lanes, episodes - first)
      for period in 0..<problem.periods {
        runner.act(observations: field.observations.view, into: actions.pointer)
        for lane in 0..<playing {
          for product in 0..<count {
            let price = problem.price(product, Int(actions[lane * count + product]))
            guard price.isFinite else { continue }
            prices[period * count + product] += price
            offers[period * count + product] += 1
          }
        }
        field.step(actions: actions.span)
        for lane in 0..<playing {
          let reward = Double(field.results.rewards[lane])
          profits[first + lane] += reward
          path[period] += reward / Double(episodes)
        }
      }
    }
    return PricingRecord(profits: profits, path: path, priceSums: prices, offers: offers)
  }
}
