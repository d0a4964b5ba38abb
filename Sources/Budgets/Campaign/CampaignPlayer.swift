import Learning
import LinearAlgebra

/// Who chooses the levels of a campaign from what its console shows.
protocol CampaignPlayer: AnyObject {
  /// What it reads, kept up by the desk.
  var observation: any MarketObservation { get }
  /// The beliefs that it keeps; nil for none.
  var planning: PlanningLanes? { get }
  /// Whether it has planned the rest of the campaign when it has chosen.
  var plans: Bool { get }
  /// What it remembers beside its beliefs from tick to tick; given empty for a campaign that begins.
  var numbers: [Float] { get set }
  /// Which channels are not to be played; empty for none.
  var paused: [Bool] { get set }
  /// What one more unit of money was worth when it chose last; nil where the plan says that.
  var moneyPrice: Double? { get }
  /// Writes a level for each channel; returns why it cannot be trusted with that, or nil.
  func choose(_ console: AdvertiserConsole, levels: UnsafeMutablePointer<Int32>) -> CampaignDecision.Flag?
}

extension CampaignPlayer {
  var planning: PlanningLanes? { nil }
  var plans: Bool { false }
}

/// A trained network, which remembers nothing.
final class NetworkPlayer: CampaignPlayer {
  let observation: any MarketObservation
  var numbers: [Float] = []
  var paused: [Bool] = []
  let moneyPrice: Double? = nil
  var planning: PlanningLanes? { (observation as? PlannerObservation)?.lanes }
  var plans: Bool { planning != nil }
  private let runner: PolicyRunner
  private let normalizer: ObservationNormalizer
  private let farthest: [Float]
  private let row: Matrix
  private let values: Matrix
  /// Whether a network of these weights gives numbers for every row that is near its training, so that nobody need look.
  private let isTame: Bool

  init(_ policy: Policy, environment: BudgetAllocation, farthest: [Float]) {
    observation = environment.makeObservation(laneCount: 1)
    runner = PolicyRunner(policy, maximumBatch: 1, threads: 1)
    normalizer = policy.normalizer
    self.farthest = farthest
    row = Matrix(rows: 1, columns: environment.observationLayout.size)
    values = Matrix(rows: 1, columns: policy.shape.valueCount)
    isTame = policy.weights.allSatisfy { abs($0) <= 1e6 } && policy.shape.hidden.count <= 3
  }

  func choose(_ console: AdvertiserConsole, levels: UnsafeMutablePointer<Int32>) -> CampaignDecision.Flag? {
    observation.write(console, into: row.view)
    for column in 0..<row.columns {
      let distance = abs(row.pointer[column] - normalizer.means[column]) / normalizer.deviations[column]
      guard distance.isFinite else { return .notFinite }
      guard distance <= farthest[column] else { return .farFromTraining }
    }
    if !isTame {
      runner.qValues(observations: row.view, into: values.view)
      for value in 0..<values.columns where !values.pointer[value].isFinite { return .notFinite }
    }
    runner.act(observations: row.view, into: levels)
    return nil
  }
}
