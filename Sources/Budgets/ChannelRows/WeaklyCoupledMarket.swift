import Documents
import Learning
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Budget allocation as a weakly coupled problem: a row per channel, a gain and a cost per channel.
///
/// Gains are expectations given the wins and the market's state of the tick: what was drawn, with less noise.
package struct WeaklyCoupledMarket: WeaklyCoupledEnvironment {
  package let market: Market
  /// The markets that episodes are played in, where the market is only what is known of them.
  package let posterior: PosteriorDraws?
  /// What a channel's row shows.
  package let rows: ChannelRowKind
  /// What a channel's row holds.
  package let columns: ChannelColumns
  /// One name per feature.
  package let featureNames: [String]
  private let models: [ChannelModel]

  /// What a policy's file says of the problem.
  package var metadata: [String: String] {
    ["market": market.name, "market_digest": market.digest, Self.rowsKey: rows.rawValue]
  }

  /// Where a policy's metadata says what it sees of a channel.
  static let rowsKey = "channel_rows"

  /// A market as a policy was trained to see its channels: the one that it was trained on, or any other with channels like
  /// those, at any budget.
  ///
  /// - Throws: `InputError` where the policy's file does not say what its rows show, or the market's channels have other rows.
  package init(market: Market, seenBy policy: WeaklyCoupledPolicy) throws(InputError) {
    guard let rows = policy.metadata[Self.rowsKey].flatMap({ ChannelRowKind(rawValue: $0) }) else {
      throw InputError(
        .invalid, key: Self.rowsKey, problem: "the policy's file does not say what it sees of a channel",
        remedy: "its metadata should hold console, beliefs or plan")
    }
    self.init(market: market, rows: rows)
    guard policy.shape.columns.levels == columns.levels else {
      throw InputError(
        .invalid, key: "levels",
        problem:
          "the policy chooses among \(policy.shape.columns.levels) levels where the market's longest ladder has \(columns.levels)",
        remedy: "play it on a market with ladders like those of its own, or train one here")
    }
    guard policy.featureNames == featureNames else {
      throw InputError(
        .invalid, key: Self.rowsKey, problem: "the policy reads other features of a channel than there are",
        remedy: "train it again with this version")
    }
  }

  /// Describes the problem.
  package init(market: Market, rows: ChannelRowKind, posterior: PosteriorDraws? = nil) {
    self.market = market
    self.rows = rows
    self.posterior = posterior
    columns = market.channelColumns(rows)
    featureNames = market.channelFeatureNames(rows)
    models = market.weighedModels
  }

  /// The number of channels.
  package var channelCount: Int { market.channels.count }
  /// The market's ticks.
  package var steps: Int { market.ticks }

  /// The log price of money that the plan starts with: about the middle of the prices worth training at.
  package var planLogPrice: Float {
    let planner = LagrangianPlanner(market, models: models)
    let prior = BeliefTracker(market: market, models: models, laneCount: 1)
    planner.plan(
      tick: 0, budget: Float(market.budget), beliefs: prior.lane(0), curves: prior.curves,
      memory: planner.makeMemory(lanes: 1))
    return log(max(planner.multiplier, 1e-12))
  }

  /// Settings for this market: prices around the plan's, and the optimism of its rows.
  package var configuration: WeaklyCoupledConfiguration {
    var configuration = WeaklyCoupledConfiguration()
    configuration.priceCenter = priceCenter
    configuration.optimism = rows.optimism
    return configuration
  }

  /// Where training's prices lie: the plan's first is that of a market whose best channels are not yet known.
  var priceCenter: Float { planLogPrice - 0.4 }

  func makeRows(laneCount: Int, bindsBudget: Bool = true) -> any ChannelRows {
    market.makeChannelRows(
      rows, models: models, laneCount: laneCount, nominalBudget: bindsBudget ? nil : Float(market.budget))
  }

  /// Opens the lanes of a range.
  package func makeBlock(lanes: Range<Int>, seed: UInt64, budget: Double?) -> Block {
    Block(self, lanes: lanes, seed: seed, budget: budget)
  }

  /// Lanes of the market, all at the same tick.
  package final class Block: WeaklyCoupledBlock {
    private let simulation: MarketSimulation
    private let rows: any ChannelRows
    private let values: [Float]
    private let spendWeight: Float

    init(_ problem: WeaklyCoupledMarket, lanes: Range<Int>, seed: UInt64, budget: Double?) {
      var market = problem.market
      // Without an end: more than is ever spent; not more than that, for money is counted in parts of the budget.
      market.budget *= budget ?? 40
      market.tickCap = budget == nil ? nil : market.tickCap
      simulation = MarketSimulation(market: market, lanes: lanes, seed: seed, posterior: problem.posterior)
      rows = problem.makeRows(laneCount: lanes.count, bindsBudget: budget != nil)
      values = market.channels.map { Float($0.objectiveValue(market.objective)) }
      spendWeight = market.objective == .profit ? 1 : 0
    }

    /// Starts an episode in every lane.
    package func startEpisode() {
      simulation.startEpisode()
      rows.startEpisode(simulation.console)
    }

    /// Writes a row per lane and channel.
    package func observe(into rows: MatrixView) { self.rows.write(simulation.console, into: rows) }

    /// Plays a tick.
    package func step(
      levels: UnsafePointer<Int32>, gains: UnsafeMutablePointer<Float>, costs: UnsafeMutablePointer<Float>
    ) {
      simulation.play(levels: levels)
      rows.observe(simulation.console)
      let channels = simulation.channelCount
      for channel in 0..<channels {
        let outcome = simulation.values(.expectedOutcome, channel)
        let spend = simulation.values(.spend, channel)
        for lane in 0..<simulation.laneCount {
          costs[lane * channels + channel] = spend[lane]
          gains[lane * channels + channel] = values[channel] * outcome[lane] - spendWeight * spend[lane]
        }
      }
    }

    /// Writes the money left.
    package func moneyLeft(into money: UnsafeMutablePointer<Float>) {
      money.update(from: simulation.remaining, count: simulation.laneCount)
    }
  }
}
