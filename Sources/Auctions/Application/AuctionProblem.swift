import Applications
import Documents
import Environments
import Foundation
import Learning

/// Bidding auction by auction as an application: a campaign, learned on its history and judged on the auctions after it.
package struct AuctionProblem: Application {
  /// How a campaign is shown to a learner.
  package struct Options: ProblemOptions {
    /// Whether every auction is compared with the programme's own bid from the same state with the same luck.
    package var counterfactual = false

    /// Without counterfactuals.
    package init() {}

    /// The keys of a configuration.
    package static var settings: [Setting<Options>] {
      [
        .flag(
          "counterfactual", \.counterfactual,
          "whether auctions are compared with the programme's bid from the same state with the same luck")
      ]
    }
  }

  /// What a description says.
  package static let kind = Placement.kind
  /// What the kind is.
  package static let summary = "what to bid in each auction, and what to show"
  /// Campaigns that come with the library, all drawn.
  package static let bundledNames = Placement.bundledNames
  /// The description in a run's folder; a log stands beside it.
  package static let fileName = "auctions.yaml"
  package static let presets = Placement.bundled.path("Presets")
  private static let logName = "auctions.txt"

  /// The campaign.
  package let placement: Placement

  private let markets: PlacementMarkets

  /// The problem of a campaign.
  package init(_ placement: Placement) {
    self.placement = placement
    markets = PlacementMarkets(placement)
  }

  /// A campaign that comes with the library.
  package init(bundled name: String) throws { self.init(try Placement(bundled: name)) }
  /// Reads a description, and the log that it names.
  package init(contentsOf path: String) throws { self.init(try Placement(contentsOf: path)) }

  /// Writes the description and, where there is one, the log.
  package func write(toRunFolder path: String) throws {
    try AtomicFile.write(placement.yaml(logName: Self.logName), to: "\(path)/\(Self.fileName)")
    if case .log = placement.source {
      try AtomicFile.write(placement.log.text, to: "\(path)/\(Self.logName)")
    }
  }

  /// The campaign's name.
  package var name: String { placement.name }
  /// Episodes, money and auctions, in one line.
  package var summary: String {
    let rules = placement.rules
    return "episodes of \(rules.auctions) auctions with \(rules.budget) of money, "
      + "\(placement.history.count) auctions to learn from, \(placement.later.count) to judge"
  }

  /// The campaign for people.
  package var overview: String {
    let (history, later) = (placement.history.totals, placement.later.totals)
    var table = TextTable(["part", "auctions", "mean price", "mean rate", "clicks"])
    for (name, totals) in [("history", history), ("later", later)] {
      table.append([
        name, "\(totals.auctions)", String(format: "%.1f", totals.meanPrice),
        String(format: "%.6f", totals.value / Double(totals.auctions)), "\(totals.clicks)",
      ])
    }
    return "\(heading)\n\(placement.pricing.rawValue), bids up to \(placement.highestBid)\n"
      + "creatives: \(placement.creatives.names.joined(separator: ", "))\n" + table.text
  }

  /// The campaign for machines.
  package var outline: JSONValue {
    [
      "name": .string(name), "kind": .string(Self.kind), "summary": .string(summary),
      "auctions": JSONValue(placement.rules.auctions), "budget": JSONValue(placement.rules.budget),
      "pricing": .string(placement.pricing.rawValue),
      "creatives": .array(placement.creatives.names.map { .string($0) }),
      "history": JSONValue(placement.history.count), "later": JSONValue(placement.later.count),
    ]
  }

  /// Corrections to the programme's scores come first; everything that learns from scratch is there to compare with.
  package var algorithms: [Algorithm] {
    [.paired] + Algorithm.common
  }

  /// A thousand episodes.
  package var defaultSteps: Int { 1_000_000 }

  /// The power of ten that makes an episode worth about 200.
  package func rewardScale(_ options: Options) -> Float? {
    let market = earlier.market
    let value = market.value(auctionsLeft: market.rules.auctions, budget: market.rules.budget)
    return value > 0 ? Float(pow(10, log10(200 / value).rounded())) : nil
  }

  /// Episodes of the history.
  package func environment(_ options: Options) throws -> any Environment {
    PlacementEnvironment(markets.market(playing: .history), hasCounterfactual: options.counterfactual)
  }

  /// Pairs need a head whose branches add up.
  package func adapting(_ options: Options, to policy: Policy) -> Options {
    var options = options
    if policy.shape.aggregation != .additive { options.counterfactual = false }
    return options
  }

  /// Episodes of the auctions after the history.
  package func environment(of policy: Policy) throws -> any Environment { later }

  /// The auctions of the history.
  var earlier: PlacementEnvironment { PlacementEnvironment(markets.market(playing: .history)) }
  /// The auctions after the history.
  var later: PlacementEnvironment { PlacementEnvironment(markets.market(playing: .later)) }
  /// Auctions that are told.
  package func environment(playing log: AuctionLog) -> PlacementEnvironment {
    PlacementEnvironment(PlacementMarket(placement, markets.knowledge, log: log))
  }

  /// Multiples of the programme's bid, and creatives.
  package var branchNames: [BranchNames]? {
    let creatives = placement.creatives.names
    return [BranchNames("bid", choices: placement.bids.map { "\(readable($0)) × the programme's" })]
      + (creatives.count > 1 ? [BranchNames("creative", choices: creatives)] : [])
  }

  /// Validation plays the history, evaluation the auctions after it.
  package func score(
    _ policy: Policy, options: Options, on episodes: HeldOutEpisodes, trainingSeed: UInt64
  ) throws -> Double {
    switch episodes {
    case .validation(let count):
      return evaluate(policy, in: earlier, episodes: count, seed: validationSeed).mean
    case .evaluation(let count): return evaluate(policy, in: later, episodes: count, seed: 0).mean
    }
  }

  /// The clairvoyant optimum.
  package func bestScore(discount: Double?, episodes: Int) throws -> BestScore? {
    .bound(meanBound(later.market, episodes: episodes, seed: 0))
  }
}

/// The mean of the clairvoyant optimum over episodes.
func meanBound(_ market: PlacementMarket, episodes: Int, seed: UInt64) -> Double {
  market.states(episodes: episodes, seed: seed).reduce(0) { $0 + market.clairvoyantValue($1) }
    / Double(episodes)
}
