import Applications
import Documents
import Foundation
import Learning

extension PricingProblem {
  /// Plays a policy on held-out seasons beside the strategies of the trade and the bound, all with the same luck.
  package func evaluation(of policy: Policy, episodes: Int, seed: UInt64) throws -> Evaluation {
    let play = PricingPlay(try PricingSimulation(self), episodes: episodes, seed: seed)
    func summary(_ record: PricingRecord) -> EvaluationSummary {
      EvaluationSummary(returns: record.profits, lengths: Array(repeating: periods, count: episodes))
    }
    var bounds: [Double] = []
    let baselines = strategies(play).map { name, strategy in
      let record = play.run(strategy, withBounds: strategy == .certaintyEquivalent)
      if strategy == .certaintyEquivalent { bounds = record.bounds }
      return Evaluation.Row(name: name, summary: summary(record))
    }
    return Evaluation(
      policy: .init(name: "policy", summary: summary(try play.run(policy))),
      trainingSteps: policy.trainingSteps, baselines: baselines,
      best: .bound(bounds.reduce(0, +) / Double(episodes)))
  }

  /// What a policy is compared with: of a network of requests, taking all and bid prices.
  func strategies(_ play: PricingPlay) -> [(name: String, strategy: PriceStrategy)] {
    if play.simulation.prices != nil {
      return [("accept-all", .myopic), ("bid-prices", .certaintyEquivalent)]
    }
    return [play.bestFixed(), .myopic, .certaintyEquivalent, .thompsonSampling].map { ($0.name, $0) }
  }

  /// What is done without looking back.
  package var fixedBaselines: [String] { network == nil ? ["fixed"] : ["accept-all"] }

  /// The season, the stock and a table of products.
  package var overview: String {
    var text = "\(heading)\n\(periods) periods"
    if !resources.isEmpty {
      let stock = resources.map { "\($0.capacity) \($0.name)" }
      text += "; stock: " + stock.prefix(8).joined(separator: ", ") + (stock.count > 8 ? ", …" : "")
    }
    text += "\n\n"
    var table = TextTable(["product", "prices", "cost", "uses"])
    for product in products.prefix(20) {
      let prices = product.prices
      table.append([
        product.name,
        prices.count == 1
          ? readable(prices[0])
          : "\(readable(prices[0])) to \(readable(prices[prices.count - 1])) in \(prices.count)",
        readable(product.cost), product.uses.map { resources[$0].name }.joined(separator: ", "),
      ])
    }
    text += table.text
    if products.count > 20 { text += "and \(products.count - 20) more\n" }
    return text
  }

  /// The same for machines.
  package var outline: JSONValue {
    [
      "name": .string(name), "kind": .string(Self.kind), "summary": .string(summary),
      "periods": JSONValue(periods), "currency": .string(currency),
      "resources": .array(
        resources.map { ["name": .string($0.name), "units": JSONValue($0.capacity)] }),
      "products": .array(
        products.map { product in
          [
            "name": .string(product.name), "prices": .array(product.prices.map { JSONValue($0) }),
            "cost": JSONValue(product.cost),
            "uses": .array(product.uses.map { .string(resources[$0].name) }),
          ]
        }),
      "algorithms": .array(algorithms.map { .string($0.name) }),
    ]
  }

  /// The season in a few facts.
  package var facts: [ProblemFact] {
    let hidden = [("how many buy", uncertainty.scale), ("how much prices matter", uncertainty.slope)]
      .filter { $0.1 > 0 }.map { "\($0.0) (± \(Int((100 * $0.1).rounded())) %)" }
    return [
      ProblemFact("Market", summary), ProblemFact("Season", "\(periods) periods"),
      ProblemFact(
        "Stock",
        resources.isEmpty
          ? "never runs out" : resources.map { "\($0.capacity) \($0.name)" }.joined(separator: ", ")),
      ProblemFact("Products", "\(products.count)"),
      ProblemFact("Hidden", hidden.isEmpty ? "nothing" : hidden.joined(separator: ", ")),
      ProblemFact("Digest", digest),
    ]
  }

  /// What simulated gains leave open.
  package var caveats: [String] {
    var notes = [
      "Everything here is simulated: gains hold as far as the description of demand does.",
      "The bound is told each season's hidden demand, which no policy can know.",
    ]
    if reference != nil {
      notes.append(
        "The bound lets buyers remember the dearest price for ever, so it is far above what can be earned.")
    }
    return notes
  }
}
