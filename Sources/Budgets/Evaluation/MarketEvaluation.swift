import Foundation
import Learning
import LinearAlgebra

/// Plays strategies on the same held-out episodes and sets them beside the certified bound.
///
/// Every strategy meets the same drift and the same luck, episode by episode, so differences are paired. Evaluation
/// streams are apart from all training streams, whatever the seed.
public struct MarketEvaluation: Sendable {
  /// A named way to make a strategy; each block of lanes makes its own.
  public struct Entry: Sendable {
    /// The name in the report.
    public let name: String
    /// Takes in what the strategy spends and gains; nil where nobody asks.
    package let meter: PlayMeter?
    /// Makes the strategy.
    public let make: @Sendable () -> any MarketStrategy

    /// Names a way to make a strategy.
    public init(_ name: String, make: @escaping @Sendable () -> any MarketStrategy) {
      self.init(name, meter: nil, make: make)
    }

    /// Names a way to make a strategy that is metered.
    package init(
      _ name: String, meter: PlayMeter?, make: @escaping @Sendable () -> any MarketStrategy
    ) {
      self.name = name
      self.meter = meter
      self.make = make
    }
  }

  /// The market.
  public let market: Market
  /// What strategies take the market for: the market itself unless they are wrong about it.
  public let description: Market
  /// The number of episodes.
  public let episodes: Int
  /// The evaluation seed.
  public let seed: UInt64
  /// The markets that the episodes are played in, in turn, where the market is only what strategies plan with.
  public let posterior: PosteriorDraws?
  private let lanesPerBlock = 32

  /// Describes an evaluation.
  ///
  /// - Parameter description: what strategies take the market for; nil for the market itself.
  public init(
    market: Market, describedBy description: Market? = nil, episodes: Int, seed: UInt64,
    posterior: PosteriorDraws? = nil
  ) {
    precondition(episodes > 0, "An evaluation needs at least one episode.")
    self.description = description ?? market
    self.posterior = posterior
    self.market = market
    self.episodes = episodes
    self.seed = seed
  }

  /// The seed of the simulations: training seeds are below 2^63, evaluation seeds above.
  var simulationSeed: UInt64 { seed | 1 << 63 }

  /// Plays every entry; the result is in the order of the entries.
  public func run(_ entries: [Entry]) -> [EpisodeRecord] {
    mapBlocks { block in
      entries.map { entry in
        let simulation = simulation(of: block)
        return withLevels(block.count) { levels in
          entry.make().playEpisode(simulation, levels: levels) { entry.meter?.add($0) }
        }
      }
    }.reduce(into: Array(repeating: EpisodeRecord(), count: entries.count)) { total, block in
      for index in entries.indices { total[index].append(block[index]) }
    }
  }

  /// The certified bound of every episode: no strategy's expected objective on the episode's path is larger.
  public func bounds() -> [Double] {
    let worlds = posterior.map { set in set.draws.indices.map { set.shaped($0) } } ?? [market]
    let certificates = worlds.map { MarketBound(market: $0) }
    return mapBlocks { block in
      zip(block, paths(of: block)).map { certificates[$0 % certificates.count].bound(path: $1).value }
    }.flatMap { $0 }
  }

  /// What no strategy's expected objective exceeds on average: the certified bound less what a clairvoyant must pay for knowing
  /// the future (`ForeknowledgePenalty`), and what `replan` would have to pay along the same episode, which is 0 on average and
  /// takes most of the noise away. Where episodes are posterior draws this is the mean of `bounds()`.
  ///
  /// What is paid takes far longer to compute than the bound, and differs less from episode to episode: its mean is estimated on
  /// the first `sample` episodes, and the interval is that of both means together.
  ///
  /// - Parameter clairvoyant: the `bounds()` of all episodes.
  public func penalizedBound(_ clairvoyant: [Double], sample: Int = 512) -> (
    mean: Double, ci95: ClosedRange<Double>
  ) {
    precondition(clairvoyant.count == episodes && sample > 0, "A bound per episode and a sample are needed.")
    let count = min(sample, episodes)
    var paid = [Double](repeating: 0, count: count)
    if posterior == nil {
      let sampled = MarketEvaluation(market: market, describedBy: description, episodes: count, seed: seed)
      let plays = sampled.penalizedBounds(ForeknowledgePenalty(fittedTo: market))
      paid = zip(plays, clairvoyant).map { $1 - $0.bound.value - $0.penalty }
    }
    func covariance(_ one: some Collection<Double>, _ other: some Collection<Double>) -> Double {
      let means = (one.reduce(0, +) / Double(one.count), other.reduce(0, +) / Double(other.count))
      let sum = zip(one, other).reduce(0) { $0 + ($1.0 - means.0) * ($1.1 - means.1) }
      return sum / Double(max(one.count - 1, 1))
    }
    let mean = clairvoyant.reduce(0, +) / Double(episodes) - paid.reduce(0, +) / Double(count)
    // The variance of a difference of means, of which one is over a part of the other's episodes.
    let variance =
      (covariance(clairvoyant, clairvoyant) - 2 * covariance(clairvoyant.prefix(count), paid))
      / Double(episodes)
      + covariance(paid, paid) / Double(count)
    let half = 1.96 * max(variance, 0).squareRoot()
    return (mean, mean - half...mean + half)
  }

  /// By episode: the bound along forecasts, the penalty of `replan`'s own play, and what the martingales came to.
  package func penalizedBounds(
    _ penalty: ForeknowledgePenalty
  ) -> [(bound: MarketBound.Value, penalty: Double, features: [Double])] {
    let certificate = MarketBound(market: market)
    let (market, seed, models) = (market, simulationSeed, market.channelModels)
    return mapBlocks { block in
      let replan = ReplanStrategy(market: market, models: models)
      let play = CoupledPlay(replan, market: market, lanes: block, seed: seed)
      return play.paths.indices.map { lane in
        let forecast = penalty.forecast(play.paths[lane], feedback: play.feedback[lane])
        return (
          certificate.bound(forecast: forecast), play.penalty(lane: lane, forecast: forecast),
          forecast.features[market.ticks - 1]
        )
      }
    }.flatMap { $0 }
  }

  func simulation(of block: Range<Int>) -> MarketSimulation {
    MarketSimulation(
      market: market, describedBy: description, lanes: block, seed: simulationSeed, posterior: posterior)
  }

  /// The realised factors of the episodes of a block of lanes; they do not depend on what is played.
  func paths(of block: Range<Int>) -> [MarketPath] {
    let simulation = simulation(of: block)
    var paths = block.map { _ in MarketPath(ticks: market.ticks, channelCount: market.channels.count) }
    withLevels(block.count) { levels in
      _ = UniformStrategy(market: market, level: 0).playEpisode(simulation, levels: levels) { simulation in
        for channel in 0..<simulation.channelCount {
          let place = (simulation.tick - 1) * simulation.channelCount + channel
          for lane in paths.indices {
            paths[lane].price[place] = simulation.values(.price, channel)[lane]
            paths[lane].volume[place] = simulation.values(.volume, channel)[lane]
            paths[lane].response[place] = simulation.values(.response, channel)[lane]
            paths[lane].conversion[channel] = simulation.values(.conversionShift, channel)[lane]
          }
        }
      }
    }
    return paths
  }

  func withLevels<Result>(_ lanes: Int, _ body: (UnsafeMutablePointer<Int32>) -> Result) -> Result {
    let levels = UnsafeMutablePointer<Int32>.allocate(capacity: lanes * market.channels.count)
    levels.initialize(repeating: 0, count: lanes * market.channels.count)
    defer { levels.deallocate() }
    return body(levels)
  }

  /// The results of a function of every block of lanes, in the order of the blocks, computed in parallel.
  func mapBlocks<Result: Sendable>(_ body: @Sendable (Range<Int>) -> Result) -> [Result] {
    let count = (episodes + lanesPerBlock - 1) / lanesPerBlock
    return concurrentMap(count: count) { index in
      body(index * lanesPerBlock..<min((index + 1) * lanesPerBlock, episodes))
    }
  }
}
