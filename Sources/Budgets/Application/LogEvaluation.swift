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
  private let log: (requests: Int, from: String, to: String, days: Int, notes: [String])
  private let unit: String

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
    self.log = (log.requests, log.from, log.to, log.count, log.notes)
    unit = isByDay ? "days" : "eighths of days"
  }

  /// What a day's eighths brought, each on the scale of a day; their mean is the day's sum.
  private static func parts(of returns: [Double]) -> [Double] {
    (0..<partsOfDay).map { part in
      let ticks = returns.count * part / partsOfDay..<returns.count * (part + 1) / partsOfDay
      return returns[ticks].reduce(0, +) * Double(partsOfDay)
    }
  }

  package var json: JSONValue {
    guard case .object(let members) = evaluation.json else { return .null }
    return .object(
      members + [
        .init(
          "log",
          [
            "requests": JSONValue(log.requests), "from": .string(log.from), "to": .string(log.to),
            "days": JSONValue(log.days), "intervals_over": .string(unit),
          ])
      ])
  }

  package var text: String {
    evaluation.table
      + "\(log.requests) auctions of \(log.days) days, \(log.from) to \(log.to); a day's mean, "
      + "intervals over \(unit); the bound is that of the best bids in hindsight\n"
      + log.notes.map { "Note: \($0).\n" }.joined()
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
