import Learning
import LinearAlgebra

/// What a strategy earned in held-out seasons.
public struct PricingRecord: Sendable {
  /// The profit of each season.
  public let profits: [Double]
  /// Per period the mean profit.
  public let path: [Double]
  /// Per period and product the mean price asked where the product was on sale: periods × products.
  public let prices: [Double]
  /// Per period and product the share of seasons in which the product was on sale: periods × products.
  public let open: [Double]
  /// The bound on what can be expected of each season; empty where it was not asked for.
  public let bounds: [Double]

  /// Puts a record together from sums over seasons.
  ///
  /// - Parameters:
  ///   - priceSums: per period and product, the sum of prices asked.
  ///   - offers: per period and product, in how many seasons one was.
  init(profits: [Double], path: [Double], priceSums: [Double], offers: [Double], bounds: [Double] = []) {
    (self.profits, self.path, self.bounds) = (profits, path, bounds)
    prices = zip(priceSums, offers).map { $1 > 0 ? $0 / $1 : .nan }
    open = offers.map { $0 / Double(profits.count) }
  }
}

/// Held-out seasons that strategies play with the same luck, and with that of `evaluate` for learned policies.
public struct PricingPlay: Sendable {
  /// The rules.
  package let simulation: PricingSimulation
  /// The number of seasons.
  public let episodes: Int
  /// The seed, put through `evaluationSeed`.
  public let seed: UInt64
  /// The seasons that share a stream of luck one after the other.
  var lanes: Int { min(1024, episodes) }

  /// Prepares to play.
  public init(_ simulation: PricingSimulation, episodes: Int, seed: UInt64) {
    precondition(episodes > 0, "An evaluation needs at least one episode, not \(episodes).")
    self.simulation = simulation
    self.episodes = episodes
    self.seed = seed
  }

  /// Plays a strategy; seasons are shared among threads, which changes no result.
  public func run(_ strategy: PriceStrategy, withBounds: Bool = false) -> PricingRecord {
    let size = 16
    let blocks = stride(from: 0, to: lanes, by: size).map { $0..<min($0 + size, lanes) }
    let results = concurrentMap(count: blocks.count) { index in
      play(strategy, lanes: blocks[index], withBounds: withBounds)
    }
    var profits = [Double](repeating: 0, count: episodes)
    var bounds = withBounds ? profits : []
    let (periods, products) = (simulation.problem.periods, simulation.problem.products.count)
    var path = [Double](repeating: 0, count: periods)
    var prices = [Double](repeating: 0, count: periods * products)
    var offers = prices
    for block in results {
      for (episode, profit, bound) in block.seasons {
        profits[episode] = profit
        if withBounds { bounds[episode] = bound }
      }
      for period in path.indices { path[period] += block.path[period] / Double(episodes) }
      for place in prices.indices {
        prices[place] += block.prices[place]
        offers[place] += block.offers[place]
      }
    }
    return PricingRecord(profits: profits, path: path, priceSums: prices, offers: offers, bounds: bounds)
  }

  /// The best of the plan's prices moved up or down the ladders together, by seasons of training: the strongest of the
  /// strategies that never look back.
  public func bestFixed() -> PriceStrategy {
    let problem = simulation.problem
    if simulation.prices != nil { return .fixed(problem.products.map { _ in 0 }) }
    var stream = RandomStream(seed: seed, purpose: .market)
    let planned = simulation.makeState(stream: &stream).plan.choices
    var training = PricingPlay(simulation, episodes: min(episodes, 256), seed: seed)
    training.isTraining = true
    let candidates = (-3...3).map { shift in
      PriceStrategy.fixed(
        planned.enumerated().map { min(max($1 + shift, 0), problem.products[$0].prices.count - 1) })
    }
    return candidates.map { ($0, training.run($0).profits.reduce(0, +)) }.max { $0.1 < $1.1 }?.0
      ?? candidates[3]
  }

  private var isTraining = false

  private func play(_ strategy: PriceStrategy, lanes: Range<Int>, withBounds: Bool) -> BlockResult {
    let (periods, products) = (simulation.problem.periods, simulation.problem.products.count)
    var result = BlockResult(periods: periods, products: products)
    var choices = [Int](repeating: 0, count: products)
    for lane in lanes {
      var stream = RandomStream(
        seed: isTraining ? seed & ~(1 << 63) : evaluationSeed(seed), purpose: .episode, lane: lane)
      var chooser = PriceChooser(strategy, simulation, seed: seed, lane: lane)
      // A block of lanes makes a state when it is created, and another when it is reset.
      var state = simulation.makeState(stream: &stream)
      for episode in stride(from: lane, to: episodes, by: self.lanes) {
        state = simulation.makeState(stream: &stream)
        let bound = withBounds ? simulation.bound(truth: state.truth) : 0
        var profit = 0.0
        for period in 0..<periods {
          chooser.choose(state, into: &choices)
          let earned = simulation.step(&state, choices: choices, stream: &stream)
          profit += earned
          result.path[period] += earned
          for product in 0..<products {
            let column = state.lastColumns[product]
            guard !simulation.table.isClosed[column] else { continue }
            result.prices[period * products + product] += simulation.table.prices[column]
            result.offers[period * products + product] += 1
          }
        }
        result.seasons.append((episode, profit, bound))
      }
    }
    return result
  }
}

/// What the seasons of a block of lanes came to.
private struct BlockResult {
  var seasons: [(episode: Int, profit: Double, bound: Double)] = []
  var path: [Double]
  var prices: [Double]
  var offers: [Double]

  init(periods: Int, products: Int) {
    path = Array(repeating: 0, count: periods)
    prices = Array(repeating: 0, count: periods * products)
    offers = prices
  }
}
