import Applications
import Documents
import Environments
import Foundation
import Learning
import LinearAlgebra

extension AuctionProblem {
  /// How the money is paced, and what bids win.
  package func sections(
    of policy: Policy, evaluation: EvaluationDocument, explanation: JSONValue?
  ) throws -> [PageSection] {
    [PageSection("Pacing", html: pacing(of: policy)), PageSection("Prices", html: prices)]
  }

  /// The share of the budget left along the episode, of the policy, the programme and bids in proportion: the mean over 64
  /// episodes.
  private func pacing(of policy: Policy) -> String {
    let market = later.market
    let strategies = market.strategies
    let others = [
      (strategies.first { $0.name.hasPrefix("programme") }, "other-line"),
      (strategies.first { $0.name == "lin" }, "bound-line"),
    ]
    let series =
      [
        SVGChart.Series(
          name: "policy", points: later.budgetPath(of: policy, episodes: 64), style: "main-line")
      ]
      + others.compactMap { strategy, style in
        strategy.map { .init(name: $0.name, points: market.budgetPath(of: $0, episodes: 64), style: style) }
      }
    return SVGChart.lines(
      "Money left along an episode", x: "auctions over", y: "share of the budget", series: series)
      + "<p class=\"note\">An even line to the corner spends all, and no sooner than it should.</p>"
  }

  /// The share of auctions that a bid wins, of the history and of what came after.
  private var prices: String {
    func points(_ log: AuctionLog) -> [(x: Double, y: Double)] {
      let rates = PriceLandscape(log, highestPrice: placement.highestBid, smoothing: 0).winRates()
      return stride(from: 0, through: placement.highestBid, by: max(1, placement.highestBid / 100)).map {
        (Double($0), rates[$0])
      }
    }
    return SVGChart.lines(
      "Auctions won by a bid", x: "bid", y: "share of auctions",
      series: [
        .init(name: "history", points: points(placement.history), style: "other-line"),
        .init(name: "later", points: points(placement.later), style: "main-line"),
      ])
  }

  /// The campaign in a table.
  package var facts: [ProblemFact] {
    let rules = placement.rules
    return [
      ProblemFact("Campaign", summary),
      ProblemFact("Budget", "\(rules.budget) an episode, \(placement.budgetShare) of what all auctions cost"),
      ProblemFact("Auctions", "\(placement.pricing.rawValue), bids up to \(rules.highestBid)"),
      ProblemFact("Creatives", placement.creatives.names.joined(separator: ", ")),
      ProblemFact(
        "Caps",
        placement.frequency.map { "\($0.cap) impressions a visitor, \($0.visitors) visitors" } ?? "none"),
    ]
  }

  /// What results do not say.
  package var caveats: [String] {
    var notes = [
      "A log shows prices as they were: other bidders do not answer to ours.",
      "Results count predicted clicks: real ones are too few to tell strategies apart.",
      "The bound knows every price in advance, which no strategy can.",
    ]
    if placement.creatives.names.count > 1 {
      notes.append("Effects of creatives are drawn by the description's spread, not measured.")
    }
    return notes
  }
}

extension PlacementEnvironment {
  /// The mean share of the budget that a policy has left at 21 moments of an episode.
  func budgetPath(of policy: Policy, episodes: Int) -> [(x: Double, y: Double)] {
    let lanes = VectorEnvironment(count: episodes, seed: evaluationSeed(0)) { self }
    let runner = PolicyRunner(policy, maximumBatch: episodes)
    let column = observationLayout.names.firstIndex(of: "budget_left") ?? 0
    var actions = [Int32](repeating: 0, count: episodes * actionSpace.branchCount)
    func mean(_ observations: borrowing Matrix) -> Double {
      var sum = 0.0
      for lane in 0..<episodes { sum += Double(observations[lane, column]) }
      return sum / Double(episodes)
    }
    lanes.reset()
    var step = 0
    return (0...20).map { moment in
      while step < market.rules.auctions * moment / 20 {
        runner.act(observations: lanes.observations.view, into: &actions)
        lanes.step(actions: actions)
        step += 1
      }
      // The row after the last auction is a new episode's.
      let isOver = step == market.rules.auctions
      return (Double(step), isOver ? mean(lanes.results.finalObservations) : mean(lanes.observations))
    }
  }
}

extension PlacementMarket {
  /// The mean share of the budget left at 21 moments of an episode.
  func budgetPath(of strategy: PlacementStrategy, episodes: Int) -> [(x: Double, y: Double)] {
    var sums = [Double](repeating: 0, count: 21)
    var stream = RandomStream(seed: 0, purpose: .exploration)
    for start in states(episodes: episodes, seed: 0) {
      var state = start
      for moment in 0...20 {
        while state.step < rules.auctions * moment / 20 {
          let (bid, creative) = strategy.act(self, state, &stream)
          _ = play(&state, bid: bid, creative: creative)
        }
        sums[moment] += Double(state.budget) / Double(rules.budget)
      }
    }
    return sums.enumerated().map {
      (Double(rules.auctions) * Double($0.offset) / 20, $0.element / Double(episodes))
    }
  }
}
