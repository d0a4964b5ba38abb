import Applications
import Documents
import Environments
import Foundation
import Learning

/// Budget allocation as an application: a market, and the markets that its history might as well come from.
package struct BudgetProblem: Application {
  /// How a market is shown to a learner.
  package struct Options: ProblemOptions {
    /// A table of posterior draws, as `calibrate` writes it; training meets every other one of them, evaluation the rest.
    package var posterior: String?
    /// The money to spend; nil for the market's own budget.
    package var budget: Double?
    /// Which certificate evaluations stand beside.
    package var bound = BoundKind.clairvoyant
    /// What the policy sees of the market.
    package var observation = ObservationKind.advertiser
    /// What a step pays in training; evaluation always pays what was drawn.
    package var reward = BudgetAllocation.RewardSignal.expected
    /// Whether every step is compared with the plan's own from the same state with the same luck.
    package var counterfactual = false

    package init() {}

    package static var settings: [Setting<Options>] {
      [
        .text(
          "posterior", formerly: "plausible", \.posterior,
          "a table of posterior draws, every other one of which episodes are played in; or none"),
        .number("budget", \.budget, 1e-6...1e12, "the money to spend, or none for the market's own budget"),
        .choice(
          "bound", \.bound,
          "what evaluations stand beside: the clairvoyant's bound, or penalized (tighter, from 512 of the episodes)"
        ),
        .choice(
          "observation", \.observation,
          "what the policy sees: planner (with the plan as a prior), planner-costs (levels' costs too) or advertiser"
        ),
        .choice(
          "reward", \.reward,
          "what a step pays: realized, or expected (given the wins and the market's state)"),
        .flag(
          "counterfactual", \.counterfactual,
          "whether steps are compared with the plan's own from the same state with the same luck"),
      ]
    }
  }

  /// A bound that no policy can beat.
  package enum BoundKind: String, Sendable, CaseIterable {
    /// Of who is told each episode's path.
    case clairvoyant
    /// The same, charged for what is told too early (`ForeknowledgePenalty`).
    case penalized
  }

  package static let kind = "market"
  package static let summary = "how much to bid or spend on every channel under one budget"
  package static let bundledNames = Market.bundledNames
  package static let fileName = "market.yaml"
  package static let presets = Market.bundledFiles.path("Presets")

  /// The market that strategies plan with.
  package var market: Market
  /// The market that evaluation plays in, where it is not the one that strategies plan with; nil where it is.
  private(set) var reality: Market?
  /// The markets that its history might as well come from; nil where it is known.
  package var posterior: PosteriorDraws?
  /// The markets that evaluation plays in: those that training keeps out, or all of a table that evaluation is given.
  var heldOut: PosteriorDraws?
  /// Which certificate evaluations stand beside.
  var bound = BoundKind.clairvoyant

  /// Joins a market and the posterior draws around it.
  package init(_ market: Market, posterior: PosteriorDraws? = nil) {
    self.market = market
    self.posterior = posterior
    heldOut = posterior?.heldOut
  }

  package init(bundled name: String) throws { self.init(try Market.bundled(name)) }
  package init(contentsOf path: String) throws { self.init(try Market(contentsOf: path)) }

  package init(runFolder path: String) throws {
    try self.init(contentsOf: "\(path)/\(Self.fileName)")
    // Version 0.1 called them plausible markets.
    let files = [Self.drawsFileName, "plausible.csv"].map { "\(path)/\($0)" }
    guard let draws = files.first(where: { FileManager.default.fileExists(atPath: $0) }) else { return }
    self.init(market, posterior: try PosteriorDraws(market: market, table: CSVTable(contentsOf: draws)))
  }

  private static let drawsFileName = "posterior.csv"

  /// Whoever plays a market of a posterior table tells its training draws' curves apart.
  package func reading(_ options: Options) throws -> BudgetProblem {
    var problem = try with(options)
    if options.posterior != nil, let draws = problem.posterior, draws.count > 1 {
      problem.market = problem.market.weighing(draws.training)
    }
    return problem
  }

  private func with(_ options: Options) throws -> BudgetProblem {
    var market = market
    if let budget = options.budget { market.budget = budget }
    let draws = try options.posterior.map {
      try PosteriorDraws(market: market, table: CSVTable(contentsOf: $0))
    }
    return BudgetProblem(
      market, posterior: draws ?? posterior.map { PosteriorDraws(market: market, draws: $0.draws) })
  }

  package func evaluated(on options: Options) throws -> BudgetProblem {
    var problem = try with(options)
    problem.bound = options.bound
    if options.posterior != nil { problem.heldOut = problem.posterior }
    return problem
  }

  /// The same problem, evaluated in another market of the same channels: strategies plan with this one's description.
  ///
  /// - Throws: `InputError` where ticks, channels or levels differ.
  package func evaluated(in reality: BudgetProblem) throws(InputError) -> BudgetProblem {
    let (own, other) = (market, reality.market)
    guard own.ticks == other.ticks, own.channels.map(\.name) == other.channels.map(\.name),
      zip(own.channels, other.channels).allSatisfy({ $0.hasLevels(of: $1) })
    else {
      throw InputError(
        .invalid, key: "reality",
        problem: "'\(other.name)' has other ticks, channels or levels than '\(own.name)'",
        remedy: "change only how it behaves")
    }
    var problem = self
    problem.reality = other
    return problem
  }

  package func write(toRunFolder path: String) throws {
    try AtomicFile.write(market.yaml, to: "\(path)/\(Self.fileName)")
    if let posterior { try AtomicFile.write(posterior.csv, to: "\(path)/\(Self.drawsFileName)") }
  }

  package var name: String { market.name }
  package var summary: String { market.summary }
  package var overview: String { market.overview }
  package var outline: JSONValue { market.outline }
  package var defaultSteps: Int { 2_000_000 }

  /// Auctions under a budget alone are best learned channel by channel; what else there is by pairs with the plan.
  package var algorithms: [Algorithm] {
    let coupled = Algorithm("weakly-coupled", WeaklyCoupledAgent())
    let isOfAuctions = market.channels.allSatisfy { if case .auction = $0.kind { true } else { false } }
    return (isOfAuctions && market.target == nil ? [coupled, .paired] : [.paired, coupled]) + Algorithm.common
  }

  package func environment(_ options: Options) throws -> any Environment {
    guard options.observation.hasPlan || !options.counterfactual else {
      throw InputError.configuration(
        "configuration", "'counterfactual: true' needs 'observation: planner' or 'planner-costs'",
        "or set 'counterfactual: false'")
    }
    return BudgetAllocation(
      market: market, observation: options.observation, reward: options.reward,
      counterfactual: options.counterfactual, posterior: posterior?.training)
  }

  /// Pairs need a head whose branches add up.
  package func adapting(_ options: Options, to policy: Policy) -> Options {
    var options = options
    if policy.shape.aggregation != .additive { options.counterfactual = false }
    return options
  }

  /// The power of ten that makes an episode of the plan worth about 2,000: what a learner corrects are small parts of it.
  package func rewardScale(_ options: Options) -> Float? {
    guard options.observation.hasPlan else { return nil }
    let value = abs(Double(MeanMarketPlan(market).value))
    return value > 0 ? Float(pow(10, log10(2000 / value).rounded())) : 1
  }

  package func environment(of policy: Policy) throws -> any Environment { try shown(to: policy) }

  /// The market as a policy was trained to see it.
  func shown(to policy: Policy) throws -> BudgetAllocation {
    try BudgetAllocation(market: market, seenBy: policy)
  }

  /// A policy as a strategy of evaluations.
  func entry(of policy: Policy) throws -> MarketEvaluation.Entry {
    let environment = try shown(to: policy)
    return .init("policy") { PolicyStrategy(policy: policy, environment: environment) }
  }

  package func score(
    _ policy: Policy, options: Options, on episodes: HeldOutEpisodes, trainingSeed: UInt64
  ) throws -> Double {
    score(try entry(of: policy), on: episodes)
  }

  /// Checkpoints are chosen by expected returns, which have less noise, the same episodes for all training seeds; scores are
  /// what was drawn in the episodes that `evaluate` plays unless told otherwise.
  func score(_ policy: MarketEvaluation.Entry, on episodes: HeldOutEpisodes) -> Double {
    switch episodes {
    case .validation(let count):
      let evaluation = MarketEvaluation(
        market: market, episodes: count, seed: validationSeed, posterior: posterior?.training)
      return evaluation.run([policy])[0].expectedReturns.reduce(0, +) / Double(count)
    case .evaluation(let count):
      let evaluation = MarketEvaluation(
        market: market, episodes: count, seed: 0, posterior: heldOut)
      return evaluation.run([policy])[0].returns.reduce(0, +) / Double(count)
    }
  }

  /// The mean of the certified bound; of a market without chance and few ways to play it, the best of all.
  package func bestScore(discount: Double?, episodes: Int) throws -> BestScore? {
    if let optimum = market.exhaustiveOptimum { return .optimum(optimum) }
    let evaluation = MarketEvaluation(
      market: market, episodes: episodes, seed: 0, posterior: heldOut)
    return .bound(evaluation.bounds().reduce(0, +) / Double(episodes))
  }
}

extension Market {
  /// The best objective of a market without chance that has few enough ways to play it that all can be tried.
  fileprivate var exhaustiveOptimum: Double? {
    let ways = pow(channels.reduce(1) { $0 * Double($1.levels.count) }, Double(ticks))
    let isCertain = channels.allSatisfy { channel in
      if case .response(let response) = channel.kind { response.noise == 0 } else { false }
    }
    guard isCertain, drift == Drift(persistence: drift.persistence), randomization == Randomization(),
      ways <= 0x1p24
    else { return nil }
    return exhaustiveReturn(of: BudgetAllocation(market: self, observation: .advertiser), steps: ticks)
  }
}

extension Market {
  /// The market that was published beside a policy; nil where none was.
  ///
  /// - Throws: `InputError` where it cannot be read.
  package init?(beside files: [String: [UInt8]]) throws(InputError) {
    guard let bytes = files[BudgetProblem.fileName] else { return nil }
    try self.init(yaml: String(decoding: bytes, as: UTF8.self), file: BudgetProblem.fileName)
  }
}
