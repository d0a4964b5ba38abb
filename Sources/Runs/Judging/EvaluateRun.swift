import Applications
import Budgets
import Documents
import Learning
import PolicyFormats

extension Application {
  /// Throws `InputError` where a policy was trained for another problem, or sees it in another way.
  package func check(_ policy: Policy) throws { try policy.check(matches: environment(of: policy)) }

  /// The same of a policy of either form.
  package func check(_ policy: TrainedPolicy) throws {
    switch policy {
    case .network(let policy): try check(policy)
    case .weaklyCoupled(let policy): try ofChannels().check(policy)
    }
  }

  /// The problem with the files read that overrides such as `posterior=FILE` name, for evaluation.
  fileprivate func evaluated(overrides: [String]) throws -> Self {
    guard !overrides.isEmpty else { return self }
    var options = Options()
    for override in overrides { try options.apply(override: override) }
    return try evaluated(on: options)
  }
}

/// Plays a run's policy on held-out episodes of its problem, beside all baselines and the best that can be had.
///
/// - Parameters:
///   - folder: the run.
///   - name: another problem's name or file; nil for the run's own.
///   - reality: the name or file of the market that is really played, where strategies should go on planning with the
///     problem's; nil where that is it.
///   - overrides: options of the problem, as `posterior=FILE`.
///   - episodes: how many episodes to play.
///   - seed: decides the episodes, which never meet those of a training run.
public func evaluate(
  run folder: RunFolder, on name: String? = nil, reality: String? = nil, overrides: [String] = [],
  episodes: Int, seed: UInt64
) throws -> Evaluation {
  let problem = try judgedProblem(run: folder, on: name, reality: reality, overrides: overrides)
  return try evaluate(folder.readPolicy(), on: problem, episodes: episodes, seed: seed)
}

/// Plays a policy on held-out episodes of a problem that it fits.
///
/// - Throws: what the problem says where the policy does not fit it.
package func evaluate(
  _ policy: TrainedPolicy, on problem: any Application, episodes: Int, seed: UInt64
) throws -> Evaluation {
  try problem.check(policy)
  return try problem.evaluation(of: policy, episodes: episodes, seed: seed)
}

/// What a run is judged on: its own problem or another, with options, and perhaps played in another market.
package func judgedProblem(
  run folder: RunFolder, on name: String? = nil, reality: String? = nil, overrides: [String] = []
) throws -> any Application {
  let problem = try (try name.map { try findProblem($0) } ?? folder.problem()).evaluated(overrides: overrides)
  guard let reality else { return problem }
  guard let planned = problem as? BudgetProblem, let played = try findProblem(reality) as? BudgetProblem
  else {
    throw InputError.configuration("--reality", "takes a market, for the run of a market", "leave it out")
  }
  return try planned.evaluated(in: played)
}

/// Plays a run's policy as campaigns on a log of real auctions, beside all baselines and the best bids in hindsight.
///
/// - Parameters:
///   - folder: the run of a market.
///   - path: the log.
///   - columns: which of its columns are what.
///   - priceUnit: money per auction won and unit of the price column.
///   - budget: the money of a day; nil for the market's.
/// - Throws: `InputError` with the place of what the log says wrongly, or where it does not fit the market.
package func evaluate(
  run folder: RunFolder, onAuctions path: String, columns: LogColumns, priceUnit: Double,
  reading: TableReading = TableReading(), budget: Double? = nil, style: ProgressLine.Style = .silent
) throws -> LogEvaluation {
  let problem = BudgetProblem(try folder.market())
  let progress = ProgressLine(style: style)
  let log = try LoggedDays(
    contentsOf: path, columns: columns, market: problem.market, priceUnit: priceUnit, reading: reading
  ) { share in
    if progress.isDue { progress.show("reading \(path): \(Int(100 * share)) %") }
  }
  progress.finish()
  return try problem.evaluation(
    of: folder.readPolicy(), on: log, budget: budget)
}

/// Explains what a run's policy does in a step.
///
/// - Parameters:
///   - folder: the run.
///   - step: the step explained, from 0.
///   - episodes: over how many a simulator's answers are averaged.
///   - seed: decides the episodes, which never meet those of a training run.
package func explain(run folder: RunFolder, step: Int, episodes: Int, seed: UInt64) throws -> any Document {
  let problem = try folder.problem()
  let policy = try folder.readPolicy()
  try problem.check(policy)
  return try problem.explanation(of: policy, step: step, episodes: episodes, seed: seed)
}
