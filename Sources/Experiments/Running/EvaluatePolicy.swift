import Apportion

/// Plays a run's policy on held-out episodes of its market, beside all baselines and the certified bound.
///
/// - Parameters:
///   - folder: the run.
///   - market: another market's name or file; nil for the run's own.
///   - plausible: a table of plausible markets, as `calibrate` writes it. Every strategy then plans with the market, and is
///     played in each of them in turn; so is the bound.
///   - episodes: how many episodes to play, split evenly over the plausible markets.
///   - seed: decides the episodes, which never meet those of a training run.
/// - Throws: `FileError`, `SafetensorsError`, `PolicyError`, `MarketError` or `ConfigurationError`.
public func evaluatePolicy(
  _ folder: RunFolder, market: String? = nil, plausible: String? = nil, episodes: Int, seed: UInt64
) throws -> EvaluationReport {
  let configuration = try TrainingConfiguration(file: folder.configuration)
  let market = try Market(named: market ?? folder.market)
  let policy = try Policy(contentsOf: folder.policy)
  let environment = BudgetAllocation(market: market, observation: configuration.observation)
  try policy.check(matches: environment)
  let entries =
    Baselines(market).entries + [.init("policy") { PolicyStrategy(policy: policy, environment: environment) }]
  let played =
    try plausible.map { file throws(MarketError) in
      try PlausibleMarkets(market: market, table: CSVTable(contentsOf: file)).markets(atMost: episodes)
    } ?? [market]
  var records = [EpisodeRecord](repeating: EpisodeRecord(), count: entries.count)
  var bounds: [Double] = []
  for (index, world) in played.enumerated() {
    let share = episodes * (index + 1) / played.count - episodes * index / played.count
    let evaluation = MarketEvaluation(market: world, episodes: share, seed: seed &+ UInt64(index))
    for (entry, record) in evaluation.run(entries).enumerated() { records[entry].append(record) }
    bounds += evaluation.bounds()
  }
  let rows = zip(entries, records).map { entry, record in
    EvaluationReport.Row(
      name: entry.name,
      summary: EvaluationSummary(
        returns: record.returns, lengths: Array(repeating: market.ticks, count: record.returns.count)),
      budgetUsed: record.budgetUsed.reduce(0, +) / Double(episodes))
  }
  return EvaluationReport(
    policy: rows[rows.count - 1], trainingSteps: policy.trainingSteps, baselines: rows.dropLast(),
    boundMean: bounds.reduce(0, +) / Double(episodes),
    violations: records.map(\.violations).reduce(0, +))
}
