import Apportion
import Documents

/// Plays a run's policy on held-out episodes of its market, beside all baselines and the certified bound.
///
/// - Parameters:
///   - folder: the run.
///   - market: another market's name or file; nil for the run's own.
///   - plausible: a table of plausible markets, as `calibrate` writes it. Every strategy then plans with the market, and is
///     played in each of them in turn; so is the bound. Nil, with the run's own market, for those that its training kept
///     out, if any.
///   - episodes: how many episodes to play.
///   - seed: decides the episodes, which never meet those of a training run.
/// - Throws: `FileError`, `SafetensorsError`, `PolicyError`, `MarketError` or `ConfigurationError`.
public func evaluatePolicy(
  _ folder: RunFolder, market: String? = nil, plausible: String? = nil, episodes: Int, seed: UInt64
) throws -> EvaluationReport {
  let ownMarket = market == nil
  let market = try market.map { try Market(named: $0) } ?? folder.readMarket()
  let worlds =
    if let plausible {
      try PlausibleMarkets(market: market, table: CSVTable(contentsOf: plausible)) as PlausibleMarkets?
    } else {
      ownMarket ? try folder.plausibleMarkets(of: market)?.heldOut : nil
    }
  let policy = try Policy(contentsOf: folder.policy)
  let environment = BudgetAllocation(market: market, observation: try policy.observationKind)
  try policy.check(matches: environment)
  let entries =
    Baselines(market).entries + [.init("policy") { PolicyStrategy(policy: policy, environment: environment) }]
  let evaluation = MarketEvaluation(market: market, episodes: episodes, seed: seed, plausible: worlds)
  let records = evaluation.run(entries)
  let rows = zip(entries, records).map { entry, record in
    EvaluationReport.Row(
      name: entry.name,
      summary: EvaluationSummary(
        returns: record.returns, lengths: Array(repeating: market.ticks, count: record.returns.count)),
      budgetUsed: record.budgetUsed.reduce(0, +) / Double(episodes))
  }
  return EvaluationReport(
    policy: rows[rows.count - 1], trainingSteps: policy.trainingSteps, baselines: rows.dropLast(),
    boundMean: evaluation.bounds().reduce(0, +) / Double(episodes),
    violations: records.map(\.violations).reduce(0, +), plausibleMarkets: worlds?.count)
}
