import Environments
import LinearAlgebra

/// What a policy sees of a market, written row by row; it never reads latent state.
protocol MarketObservation: AnyObject {
  func startEpisode(_ console: AdvertiserConsole)
  func observe(_ console: AdvertiserConsole)
  /// Writes one row per lane for the tick about to be played, or for the end of the episode.
  func write(_ console: AdvertiserConsole, into rows: MatrixView)
}

/// Which observation a policy gets.
public enum ObservationKind: String, Sendable, CaseIterable {
  /// What an advertiser's console shows: own levels, wins, prices paid, clicks, conversions, spend, time, money left.
  case advertiser
  /// Beliefs filtered from the same, and the scores of the plan that `replan` would follow, as a prior.
  case planner
  /// The same, and what each level is expected to cost in the tick beside what the tick may cost: for policies under a
  /// spend cap.
  case plannerCosts = "planner-costs"

  /// Whether observations hold the plan.
  public var hasPlan: Bool { self != .advertiser }
}

extension Market {
  /// A tick's costs stand behind the money they are paid from, the plan's value and scores last.
  func observationLayout(_ kind: ObservationKind) -> ObservationLayout {
    let names = observationNames(kind)
    guard kind.hasPlan else { return ObservationLayout(names: names) }
    let plan = names.count - 1 - levelCount
    let costs =
      kind == .plannerCosts
      ? SpendColumns(costs: plan - levelCount..<plan, budget: plan - levelCount - 1) : nil
    return ObservationLayout(names: names, prior: plan..<names.count, spend: costs)
  }

  private func observationNames(_ kind: ObservationKind) -> [String] {
    let names = channels.map(\.name)
    switch kind {
    case .advertiser:
      return AdvertiserObservation.globalNames
        + names.flatMap { name in AdvertiserObservation.channelNames.map { "\(name)/\($0)" } }
    case .planner, .plannerCosts:
      return PlannerObservation.globalNames
        + names.flatMap { name in PlannerObservation.channelNames.map { "\(name)/\($0)" } }
        + (kind == .plannerCosts ? ["spendable"] + levelNames("cost") : []) + ["plan/value"]
        + levelNames("plan")
    }
  }

  private func levelNames(_ prefix: String) -> [String] {
    channels.flatMap { channel in channel.levels.indices.map { "\(prefix)/\(channel.name)/level_\($0)" } }
  }

  private var levelCount: Int { channels.reduce(0) { $0 + $1.levels.count } }
}
