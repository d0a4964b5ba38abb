import Apportion
import Documents
import Foundation

/// Trains a policy for the configuration's market; see `TrainingRun`.
///
/// - Parameters:
///   - configuration: what decides the run.
///   - initial: the policy to go on from, whose sizes the network takes; nil begins anew.
///   - folder: the run's folder; nil for a new one under `runs/`.
///   - style: how people see the progress.
///   - stop: ends training early, with what there is.
/// - Throws: `ConfigurationError`, `MarketError`, `PolicyError`, `FileError` or `TrainingError`; the first three before
///   anything is written.
public func trainPolicy(
  _ configuration: TrainingConfiguration, from initial: Policy? = nil, folder: String? = nil,
  style: ProgressLine.Style = .silent, stop: StopRequest? = nil
) throws -> TrainingReport {
  var configuration = configuration
  if let initial { configuration.adoptSizes(of: initial) }
  try configuration.validate()
  let market = try Market(named: configuration.market)
  if configuration.observation.hasPlan, configuration.agent.rewardScale == .automatic {
    configuration.agent.rewardScale = .constant(plannedRewardScale(of: market))
  }
  let plausible = try configuration.plausible.map { file throws(MarketError) in
    try PlausibleMarkets(market: market, table: CSVTable(contentsOf: file))
  }
  let environment = BudgetAllocation(
    market: market, observation: configuration.observation, reward: configuration.reward,
    counterfactual: configuration.counterfactual, plausible: plausible?.training)
  if let fault = configuration.agent.fault(for: environment) {
    throw ConfigurationError(place: "configuration", message: String(fault.dropLast()))
  }
  guard initial == nil || configuration.agent.quantiles == 0 else {
    throw ConfigurationError(
      place: "configuration",
      message: "a policy's file holds expected returns, so quantiles cannot be learned from there; "
        + "set 'agent.quantiles' to 0")
  }
  try initial?.check(matches: environment)
  let folder = try RunFolder(creating: folder ?? RunFolder.proposal(for: configuration.market))
  // The run keeps its own copies of the markets, so that it can be evaluated wherever it is taken.
  try AtomicFile.write(market.yaml, to: folder.market)
  if let plausible { try AtomicFile.write(plausible.csv, to: folder.plausible) }
  let run = try TrainingRun(configuration: configuration, folder: folder, style: style, stop: stop)
  let validation = MarketEvaluation(
    market: market, episodes: 512, seed: validationSeed, plausible: environment.plausible)
  return try run.train(environment, from: initial) { policy in
    let entry = MarketEvaluation.Entry("policy") { PolicyStrategy(policy: policy, environment: environment) }
    let returns = validation.run([entry])[0].expectedReturns
    return returns.reduce(0, +) / Double(returns.count)
  }
}

/// The power of ten that makes an episode of the plan worth about 2,000: what a learner corrects are small parts of it.
private func plannedRewardScale(of market: Market) -> Float {
  let value = abs(Double(MeanMarketPlan(market).value))
  return value > 0 ? Float(pow(10, log10(2000 / value).rounded())) : 1
}

/// The seed of validation episodes, far from what a person gives an evaluation.
let validationSeed: UInt64 = 0x5661_6C69_6461_7465
