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
  public let policy: TrainedPolicy?
  /// The market's digest.
  package let digest: String
  /// How far from its training mean, in deviations, each observation column may lie before the plan's bids are played: three
  /// times as far as in 32 simulated campaigns, and at least twice as far as the normaliser cuts. Of a weakly coupled policy:
  /// how far from 0 each feature of a channel may lie.
  package let farthest: [Float]

  let unit: MoneyUnit
  private let player: Player?
  private let models: [ChannelModel]
  /// Who chooses, and what it sees of the market.
  private enum Player {
    case network(Policy, BudgetAllocation)
    case weaklyCoupled(WeaklyCoupledPolicy, ChannelRowKind)
  }

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
  ///   - policy: who chooses the levels.
  /// - Throws: `CampaignError` of the kind `unfit` where the policy was trained for another market.
  public convenience init(market: Market, policy: Policy) throws(CampaignError) {
    try self.init(market: market, policy: .network(policy))
  }

  /// Prepares the campaigns of a market for a policy of either form; see above.
  public init(market: Market, policy: TrainedPolicy? = nil) throws(CampaignError) {
    self.market = market
    self.policy = policy
    digest = market.digest
    unit = MoneyUnit(market)
    guard let budget = unit.count(of: market.budget), budget > 0 else {
      throw .unfit("budget", "is \(market.budget)", "campaigns count at most 1e12 of a currency")
    }
    models = market.weighedModels
    guard let policy else {
      (player, farthest) = (nil, [])
      return
    }
    if let trained = policy.metadata["market_digest"], trained != digest {
      throw .unfit(
        "market", "the policy was trained for another one", "use the market that lies beside the policy")
    }
    switch policy {
    case .network(let policy):
      let environment = try Self.shown(market, to: policy)
      player = .network(policy, environment)
      farthest = Self.farthest(of: policy, in: environment)
    case .weaklyCoupled(let policy):
      let problem: WeaklyCoupledMarket
      do throws(InputError) { problem = try WeaklyCoupledMarket(market: market, seenBy: policy) } catch {
        throw .unfit(error.key ?? "policy", error.problem, error.remedy)
      }
      player = .weaklyCoupled(policy, problem.rows)
      farthest = policy.farthest(in: problem)
    }
  }

  private static func shown(_ market: Market, to policy: Policy) throws(CampaignError) -> BudgetAllocation {
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
    return environment
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
    let models = traffic.isEmpty ? models : extended.weighedModels
    let chooser: (any CampaignPlayer)? =
      switch player {
      case .network(let policy, let environment):
        NetworkPlayer(
          policy,
          environment: BudgetAllocation(
            market: extended, observation: environment.observation,
            planRealization: environment.planRealization),
          farthest: farthest)
      case .weaklyCoupled(let policy, let rows):
        WeaklyCoupledPlayer(
          policy, problem: WeaklyCoupledMarket(market: extended, rows: rows), farthest: farthest)
      case nil: nil
      }
    return CampaignDesk(market: extended, unit: unit, base: market, models: models, player: chooser)
  }
}
