import Applications
import Documents
import Foundation
import Learning

/// A policy's campaigns on the days of a log of real auctions, beside all baselines and the best bids in hindsight.
///
/// A day is an episode with the market's budget. From eight days on, intervals are those of the mean over days; below, over
/// runs of ticks of an eighth of a day, whose luck is taken for independent.
package struct LogEvaluation: Document {
  /// The comparison; its episodes are days, or eighths of days.
  package let evaluation: Evaluation
  private let log: Log
  private let notes: [String]

  /// What was played.
  private struct Log: Encodable {
    let requests: Int
    let from: String
    let to: String
    let days: Int
    let intervalsOver: String
  }

  private enum CodingKeys: CodingKey {
    case log
  }

  private static let fewestDays = 8
  private static let partsOfDay = 8

  /// Plays the log.
  ///
  /// - Parameters:
  ///   - log: the log's days.
  ///   - market: the market, its budget that of a day.
  ///   - policy: what the policy brings, by day.
  ///   - trainingSteps: for how long it was trained.
  init(
    _ log: LoggedDays, market: Market, policy: [LogPlay], trainingSteps: Int
  ) throws(CampaignError) {
    var plays: [(name: String, days: [LogPlay])] = []
    for entry in Baselines(market).entries { plays.append((entry.name, try log.play(entry, in: market))) }
    plays.append(("policy", policy))
    let bounds = log.hindsightBounds(in: market)
    let isByDay = log.count >= Self.fewestDays || market.ticks < Self.partsOfDay
    let rows = plays.map { name, days in
      let returns = days.flatMap { isByDay ? [$0.returns.reduce(0, +)] : Self.parts(of: $0.returns) }
      return Evaluation.Row(
        name: name,
        summary: EvaluationSummary(
          returns: returns, lengths: Array(repeating: market.ticks, count: returns.count)),
        budgetUsed: days.reduce(0) { $0 + $1.spend } / Double(days.count) / market.budget)
    }
    evaluation = Evaluation(
      policy: rows[rows.count - 1], trainingSteps: trainingSteps, baselines: rows.dropLast(),
      best: .bound(bounds.reduce(0, +) / Double(log.count)))
    self.log = Log(
      requests: log.requests, from: log.from, to: log.to, days: log.count,
      intervalsOver: isByDay ? "days" : "eighths of days")
    notes = log.notes
  }

  /// What a day's eighths brought, each on the scale of a day; their mean is the day's sum.
  private static func parts(of returns: [Double]) -> [Double] {
    (0..<partsOfDay).map { part in
      let ticks = returns.count * part / partsOfDay..<returns.count * (part + 1) / partsOfDay
      return returns[ticks].reduce(0, +) * Double(partsOfDay)
    }
  }

  /// The comparison's document, and the log.
  package func encode(to encoder: any Encoder) throws {
    try evaluation.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(log, forKey: .log)
  }

  package var text: String {
    evaluation.table
      + "\(log.requests) auctions of \(log.days) days, \(log.from) to \(log.to); a day's mean, "
      + "intervals over \(log.intervalsOver); the bound is that of the best bids in hindsight\n"
      + notes.map { "Note: \($0).\n" }.joined()
  }
}

extension BudgetProblem {
  /// Plays a policy's campaigns, as they run in life, on the days of a log of real auctions.
  ///
  /// - Parameter budget: the money of a day; nil for the market's.
  /// - Throws: `CampaignError` where the budget is no positive amount, or the policy is another market's.
  package func evaluation(of policy: TrainedPolicy, on log: LoggedDays, budget: Double? = nil) throws
    -> LogEvaluation
  {
    let plays = try log.play(CampaignModel(market: market, policy: policy), budget: budget)
    var market = market
    market.budget = budget ?? market.budget
    return try LogEvaluation(log, market: market, policy: plays, trainingSteps: policy.trainingSteps)
  }
}
