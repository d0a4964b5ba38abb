import LinearAlgebra

/// What a policy sees of a market, written row by row; it never reads latent state.
protocol MarketObservation: AnyObject {
  func startEpisode(_ simulation: MarketSimulation)
  func observe(_ simulation: MarketSimulation, levels: UnsafePointer<Int32>)
  /// Writes one row per lane for the tick about to be played, or for the end of the episode.
  func write(_ simulation: MarketSimulation, into rows: MatrixView)
}

/// Which observation a policy gets.
public enum ObservationKind: String, Sendable, CaseIterable {
  /// What an advertiser's console shows: own levels, wins, prices paid, clicks, conversions, spend, time, money left.
  case advertiser
  /// Beliefs filtered from the same, and the scores of the plan that `replan` would follow, as a prior.
  case planner
}

extension Market {
  func observationNames(_ kind: ObservationKind) -> [String] {
    let names = channels.map(\.name)
    switch kind {
    case .advertiser:
      return AdvertiserObservation.globalNames
        + names.flatMap { name in AdvertiserObservation.channelNames.map { "\(name)/\($0)" } }
    case .planner:
      return PlannerObservation.globalNames
        + names.flatMap { name in PlannerObservation.channelNames.map { "\(name)/\($0)" } }
        + ["plan/value"]
        + channels.flatMap { channel in
          channel.levels.indices.map { "plan/\(channel.name)/level_\($0)" }
        }
    }
  }

  func priorColumns(_ kind: ObservationKind) -> Range<Int>? {
    guard kind == .planner else { return nil }
    let count = 1 + channels.reduce(0) { $0 + $1.levels.count }
    let size = observationNames(kind).count
    return size - count..<size
  }
}
