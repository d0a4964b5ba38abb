import Applications
import Documents
import Environments
import Foundation
import Learning

extension PricingProblem: Application {
  /// How a problem is shown to a learner.
  package struct Options: ProblemOptions {
    /// Whether the planner's prices stand in the observation as a prior, which the policy corrects.
    package var prior = true
    /// Whether every step is compared with the planner's from the same state with the same luck.
    package var counterfactual = false

    /// Whether a network's requests are described one by one, which `bid-prices` learns from.
    package var requests = false

    /// The planner's prices as a prior, without counterfactuals.
    package init() {}

    /// The keys of a configuration.
    package static var settings: [Setting<Options>] {
      [
        .flag("prior", \.prior, "whether the planner's prices are a prior that the policy corrects"),
        .flag(
          "counterfactual", \.counterfactual,
          "whether steps are compared with the planner's from the same state with the same luck"),
        .flag(
          "requests", \.requests, "whether a network's requests are described one by one, as bid-prices needs"
        ),
      ]
    }
  }

  /// `pricing`.
  package static let kind = "pricing"
  /// What the kind is.
  package static let summary = "which price to ask for every product while stock and season run out"
  /// `pricing.yaml`.
  package static let fileName = "pricing.yaml"
  package static let presets = bundled.path("Presets")
  private static let instanceName = "requests.txt"

  /// Writes the problem, and of a network the text of its requests beside it.
  package func write(toRunFolder path: String) throws {
    if let yaml { return try AtomicFile.write(yaml, to: "\(path)/\(Self.fileName)") }
    guard let instance else {
      throw InputError.configuration(
        name, "a network that was built by a program has no file", "describe it in one")
    }
    try AtomicFile.write(instance, to: "\(path)/\(Self.instanceName)")
    let header =
      "kind: pricing\nname: \(quoted(name))\nsummary: \(quoted(summary))\ncurrency: \(quoted(currency))\n"
    try AtomicFile.write(
      header + "demand: {requests: {file: \(Self.instanceName)}}\n", to: "\(path)/\(Self.fileName)")
  }

  /// Pairs first, then what learns any environment; of a network its bid prices before all.
  package var algorithms: [Algorithm] {
    (isNetwork ? [Algorithm("bid-prices", BidPriceLearner.Configuration())] : [])
      + [.paired] + Algorithm.common
  }

  /// Some thousand seasons.
  package var defaultSteps: Int { 400_000 }

  /// Branches of prices under the options.
  package func environment(_ options: Options) throws -> any Environment {
    guard options.prior || !options.counterfactual else {
      throw InputError.configuration(
        "configuration", "'counterfactual: true' needs 'prior: true'", "or set 'counterfactual: false'")
    }
    guard !options.requests || isNetwork && options.prior && !options.counterfactual else {
      throw InputError.configuration(
        "configuration",
        "'requests: true' needs a network of requests, 'prior: true' and 'counterfactual: false'",
        "set 'requests: false', or those")
    }
    return PricingEnvironment(
      try PricingSimulation(self), hasPrior: options.prior, describesRequests: options.requests,
      hasCounterfactual: options.counterfactual)
  }

  /// Pairs need a head whose branches add up.
  package func adapting(_ options: Options, to policy: Policy) -> Options {
    var options = options
    if policy.shape.aggregation != .additive { options.counterfactual = false }
    return options
  }

  /// The power of ten that makes a season of the plan worth about 2,000: what a learner corrects are small parts of it.
  package func rewardScale(_ options: Options) -> Float? {
    guard options.prior, !options.requests, let simulation = try? PricingSimulation(self) else { return nil }
    let record = PricingPlay(simulation, episodes: 16, seed: 1).run(.certaintyEquivalent)
    let value = abs(record.profits.reduce(0, +) / 16)
    return value > 0 ? Float(pow(10, log10(2000 / value).rounded())) : 1
  }

  /// The environment that a policy was trained for.
  package func environment(of policy: Policy) throws -> any Environment { try shown(to: policy) }

  /// The problem as a policy was trained to see it.
  func shown(to policy: Policy) throws -> PricingEnvironment {
    try PricingEnvironment(PricingSimulation(self), shownTo: policy)
  }

  /// Products and their prices.
  package var branchNames: [BranchNames]? {
    products.map { product in
      BranchNames(product.name, choices: product.prices.map { readable($0) } + (mayClose ? ["off sale"] : []))
    }
  }

  /// The mean profit of a policy; checkpoints are chosen on seasons of their own.
  package func score(
    _ policy: Policy, options: Options, on episodes: HeldOutEpisodes, trainingSeed: UInt64
  ) throws -> Double {
    let environment = try shown(to: policy)
    switch episodes {
    case .validation(let count):
      return evaluate(policy, in: environment, episodes: count, seed: validationSeed).mean
    case .evaluation(let count): return evaluate(policy, in: environment, episodes: count, seed: 0).mean
    }
  }

  /// The mean of the fluid bound over the seasons' hidden demand; of a network, its Lagrangian relaxation.
  package func bestScore(discount: Double?, episodes: Int) throws -> BestScore? {
    let play = PricingPlay(try PricingSimulation(self), episodes: episodes, seed: 0)
    return .bound(play.run(.certaintyEquivalent, withBounds: true).bounds.reduce(0, +) / Double(episodes))
  }
}
