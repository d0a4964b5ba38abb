import Apportion

/// Trains a policy for the configuration's market; see `TrainingRun`.
///
/// - Parameters:
///   - configuration: what decides the run.
///   - folder: the run's folder; nil for a new one under `runs/`.
///   - style: how people see the progress.
///   - stop: ends training early, with what there is.
/// - Throws: `ConfigurationError`, `MarketError`, `FileError` or `TrainingError`; the first two before anything is
///   written.
public func trainPolicy(
  _ configuration: TrainingConfiguration, folder: String? = nil, style: ProgressLine.Style = .silent,
  stop: StopRequest? = nil
) throws -> TrainingReport {
  try configuration.validate()
  let market = try Market(named: configuration.market)
  let environment = BudgetAllocation(
    market: market, observation: configuration.observation, reward: configuration.reward)
  let folder = try RunFolder(creating: folder ?? RunFolder.proposal(for: configuration.market))
  // The run keeps its own copy of the market, so that it can be evaluated wherever it is taken.
  try AtomicFile.write(market.yaml, to: folder.market)
  let run = try TrainingRun(configuration: configuration, folder: folder, style: style, stop: stop)
  return try run.train(environment)
}
