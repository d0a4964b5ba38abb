import Apportion
import ArgumentParser
import Workloads

/// A campaign's tick in-process: `observe`, which decides on the next, and `decide`. Of a run's policy, or of the plan alone.
struct Campaigning: ParsableCommand {
  @Option(help: "A published policy's file, or that of a run of nine-campaigns; without it the plan decides.")
  var policy: String?

  func run() throws {
    let market = try Market.bundled("nine-campaigns")
    let model = try CampaignModel(
      market: market, policy: try policy.map { try TrainedPolicy(contentsOf: $0) })
    // What the consoles of the plan's campaigns show, over and over.
    guard let plan = Baselines(market).entries.first(where: { $0.name == "replan" }) else {
      throw ValidationError("There is no strategy 'replan'.")
    }
    let histories = MarketEvaluation(market: market, episodes: 8, seed: 1).record(plan)
    var (fallbacks, rounds) = (0, 0)
    func play() throws {
      rounds += 1
      for history in histories {
        var campaign = try Campaign(model)
        for results in history {
          try campaign.observe(results)
          _ = campaign.decide()
        }
        fallbacks += campaign.state.fallbacks
      }
    }
    try play()
    let seconds = medianSeconds { try? play() }
    try show([
      "seconds": seconds / Double(histories.count * market.ticks),
      "plan_share": Double(fallbacks) / Double(rounds * histories.count * market.ticks),
    ])
  }
}
