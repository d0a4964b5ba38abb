import Documents
import Environments
import Learning
import LinearAlgebra
import Synchronization

/// What the campaigns of one market and policy share: the description, what planning knows of the channels, and desks to
/// work at. Campaigns on any number of threads may share it.
public final class CampaignModel: Sendable {
  /// The market.
  public let market: Market
  /// Who chooses the levels; nil where that is the plan.
  public let policy: Policy?
  /// The market's digest.
  public let digest: String
  /// How far from its training mean, in deviations, each observation column may lie before the plan's bids are played: three
  /// times as far as in 32 simulated campaigns, and at least twice as far as the normaliser cuts.
  public let farthest: [Float]

  let unit: MoneyUnit
  private let environment: BudgetAllocation?
  private let models: [ChannelModel]
  /// Desks nobody works at, by the traffic of the ticks that the market was extended by.
  private let desks = Mutex<[[Double]: [Seat]]>([:])

  /// A desk at rest. It is used by one thread at a time, handed over with the lock held.
  private struct Seat: @unchecked Sendable {
    let desk: CampaignDesk
  }

  /// Prepares the campaigns of a market.
  ///
  /// Plays 32 episodes with the policy, to know how far from its training the market takes it.
  ///
  /// - Parameters:
  ///   - market: a valid market.
  ///   - policy: who chooses the levels; nil for the plan, as `replan` does.
  /// - Throws: `CampaignError` of the kind `unfit` where the policy was trained for another market.
  public init(market: Market, policy: Policy? = nil) throws(CampaignError) {
    self.market = market
    self.policy = policy
    digest = market.digest
    unit = MoneyUnit(market)
    guard let budget = unit.count(of: market.budget), budget > 0 else {
      throw .unfit("budget", "is \(market.budget)", "campaigns count at most 1e12 of a currency")
    }
    models = market.channelModels
    guard let policy else {
      environment = nil
      farthest = []
      return
    }
    if let trained = policy.metadata["market_digest"], trained != digest {
      throw .unfit(
        "market", "the policy was trained for another one", "use the market that lies beside the policy")
    }
    let environment: BudgetAllocation
    do throws(InputError) { environment = try BudgetAllocation(market: market, seenBy: policy) } catch {
      throw .unfit(error.key ?? "policy", error.problem, error.remedy)
    }
    guard policy.shape.layout.names == environment.observationLayout.names,
      policy.shape.branchSizes == environment.actionSpace.branchSizes
    else {
      throw .unfit(
        "policy", "it reads or chooses something else", "use the market that lies beside the policy")
    }
    self.environment = environment
    farthest = Self.farthest(of: policy, in: environment)
  }

  private static func farthest(of policy: Policy, in environment: BudgetAllocation) -> [Float] {
    let lanes = VectorEnvironment(count: 32, seed: evaluationSeed(0), threads: 1) { environment }
    let runner = PolicyRunner(policy, maximumBatch: 32, threads: 1)
    let normalizer = policy.normalizer
    var farthest = [Float](repeating: 2 * normalizer.limit / 3, count: normalizer.columns)
    var actions = [Int32](repeating: 0, count: 32 * policy.shape.branchCount)
    lanes.reset()
    for _ in 0..<environment.market.ticks {
      for lane in 0..<32 {
        let row = lanes.observations.view.row(lane)
        for column in farthest.indices {
          let distance = abs(row[column] - normalizer.means[column]) / normalizer.deviations[column]
          if distance > farthest[column] { farthest[column] = distance }
        }
      }
      actions.withUnsafeMutableBufferPointer { actions in
        guard let first = actions.baseAddress else { return }
        runner.act(observations: lanes.observations.view, into: first)
      }
      lanes.step(actions: actions)
    }
    return farthest.indices.map {
      policy.shape.layout.prior?.contains($0) == true ? .infinity : 3 * farthest[$0]
    }
  }

  /// The market of a campaign that was extended: as much money a tick, so that what is seen keeps its scale.
  func market(extendedBy traffic: [Double]) -> Market {
    guard !traffic.isEmpty else { return market }
    var extended = market
    extended.ticks += traffic.count
    extended.season += traffic
    extended.budget *= Double(extended.ticks) / Double(market.ticks)
    return extended
  }

  /// Works at a desk for campaigns that were extended by the same traffic, which nobody else does meanwhile.
  func withDesk<Result>(extendedBy traffic: [Double], _ body: (CampaignDesk) -> Result) -> Result {
    let seat = desks.withLock { $0[traffic]?.popLast() } ?? Seat(desk: makeDesk(extendedBy: traffic))
    defer { desks.withLock { $0[traffic, default: []].append(seat) } }
    return body(seat.desk)
  }

  private func makeDesk(extendedBy traffic: [Double]) -> CampaignDesk {
    let extended = market(extendedBy: traffic)
    let models = traffic.isEmpty ? models : extended.channelModels
    guard let policy, let environment else {
      return CampaignDesk(market: extended, unit: unit, base: market, models: models, player: nil)
    }
    let seen = BudgetAllocation(
      market: extended, observation: environment.observation, planRealization: environment.planRealization)
    return CampaignDesk(
      market: extended, unit: unit, base: market, models: models,
      player: NetworkPlayer(policy, environment: seen, farthest: farthest))
  }
}
