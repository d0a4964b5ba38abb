import Applications
import Learning

extension BudgetProblem {
  /// Plays a policy on held-out episodes beside all baselines and the certified bound; where there are posterior draws,
  /// every strategy plans with the market and is played in each draw in turn, and so is the bound.
  /// Where reality is another market, strategies plan with this one and are played in that.
  package func evaluation(of policy: Policy, episodes: Int, seed: UInt64) throws -> Evaluation {
    evaluation(
      of: try entry(of: policy), trainedFor: policy.trainingSteps, episodes: episodes, seed: seed)
  }

  func evaluation(of policy: MarketEvaluation.Entry, trainedFor steps: Int, episodes: Int, seed: UInt64)
    -> Evaluation
  {
    let entries = Baselines(market).entries + [policy]
    let evaluation = MarketEvaluation(
      market: reality ?? market, describedBy: market, episodes: episodes, seed: seed, posterior: heldOut)
    let records = evaluation.run(entries)
    let rows = zip(entries, records).map { entry, record in
      Evaluation.Row(
        name: entry.name,
        summary: EvaluationSummary(
          returns: record.returns, lengths: Array(repeating: market.ticks, count: record.returns.count)),
        budgetUsed: record.budgetUsed.reduce(0, +) / Double(episodes))
    }
    let clairvoyant = evaluation.bounds()
    // In posterior draws nothing is known to be charged for.
    let isPenalized = bound == .penalized && heldOut == nil
    let penalized = isPenalized ? evaluation.penalizedBound(clairvoyant) : nil
    let clairvoyantMean = clairvoyant.reduce(0, +) / Double(episodes)
    return Evaluation(
      policy: rows[rows.count - 1], trainingSteps: steps, baselines: rows.dropLast(),
      best: .bound(penalized?.mean ?? clairvoyantMean), boundInterval: penalized?.ci95,
      clairvoyant: penalized == nil ? nil : clairvoyantMean,
      violations: records.map(\.violations).reduce(0, +), posteriorDraws: heldOut?.count)
  }
}
