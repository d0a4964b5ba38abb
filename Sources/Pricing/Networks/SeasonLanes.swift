import LinearAlgebra
import NeuralNetworks

/// Seasons of a network, played side by side by one policy: take a request where its fare covers what its units are worth.
///
/// On request, seasons fork: at a request drawn at random a second season goes the other way, and both go on with the same
/// requests under the same policy. The difference of what they earn is a sample of what the request's units were worth,
/// with most of the luck cancelled.
package final class SeasonLanes {
  let prices: CapacityPrices
  let network: DenseNetwork?
  /// The mean revenue is over all of these.
  private(set) var revenues: [Double]
  /// The samples of forks that were made: descriptions, what the relaxation says, the money's unit, and the difference.
  package private(set) var samples: [ForkSample] = []

  private let description: RequestDescription
  private let lanes: Range<Int>
  private let seed: UInt64
  private let forks: Int
  /// Seasons × resources: lane after lane, each lane's own season first and its forks behind.
  private let units: Buffer<Int32>
  private let isActive: Buffer<Bool>
  private let earned: Buffer<Double>
  private let sampleOf: Buffer<Int>
  private let seasonCount: Int
  private let rows: Matrix
  private let outputs: Matrix
  private let workspace: ForwardWorkspace?

  /// Opens seasons.
  ///
  /// - Parameters:
  ///   - network: corrects the relaxation's prices; nil plays them as they are.
  ///   - lanes: the numbers of the seasons, which with the seed decide their luck.
  ///   - forks: how many forks a season has at most.
  init(_ prices: CapacityPrices, network: DenseNetwork?, lanes: Range<Int>, seed: UInt64, forks: Int = 0) {
    self.prices = prices
    self.network = network
    self.lanes = lanes
    self.seed = seed
    self.forks = forks
    description = RequestDescription(prices: prices)
    seasonCount = lanes.count * (1 + forks)
    revenues = [Double](repeating: 0, count: lanes.count)
    units = Buffer(repeating: 0, count: seasonCount * prices.resourceCount)
    isActive = Buffer(repeating: false, count: seasonCount)
    earned = Buffer(repeating: 0, count: seasonCount)
    sampleOf = Buffer(repeating: -1, count: seasonCount)
    rows = Matrix(rows: seasonCount, columns: description.columns)
    outputs = Matrix(rows: seasonCount, columns: 1)
    workspace = network?.workspace(maximumBatch: seasonCount)
  }

  /// Plays all seasons to their end.
  func play() {
    let count = prices.resourceCount
    let units = units.pointer
    var luck = lanes.map { RandomStream(seed: seed, purpose: .episode, lane: $0) }
    var forking = lanes.map { RandomStream(seed: seed, purpose: .exploration, lane: $0) }
    for lane in 0..<lanes.count {
      let own = lane * (1 + forks)
      isActive[own] = true
      (units + own * count).update(from: prices.capacities.pointer, count: count)
    }
    let periods = prices.problem.periods
    let forkChance = Float(forks) * 1.2 / Float(periods)
    var requests = [Int](repeating: -1, count: lanes.count)
    var asked = [Int](repeating: 0, count: seasonCount)
    var costs = [Float](repeating: 0, count: seasonCount)
    var made = [Int](repeating: 0, count: lanes.count)
    for period in 0..<periods {
      var rowCount = 0
      for lane in 0..<lanes.count {
        let product = prices.arrivals.product(period: period, uniform: luck[lane].uniform())
        requests[lane] = product
        guard product >= 0 else { continue }
        for season in lane * (1 + forks)...lane * (1 + forks) + made[lane]
        where isActive[season] && prices.isInStock(product, units: units + season * count) {
          let state = units + season * count
          costs[rowCount] = prices.cost(product, period: period, units: state)
          asked[rowCount] = season
          if network != nil || forks > 0 {
            description.write(product, period: period, units: state, into: rows.view.row(rowCount))
          }
          rowCount += 1
        }
      }
      if let network, let workspace, rowCount > 0 {
        network.outputs(
          observations: rows.view.rows(0..<rowCount), into: outputs.view.rows(0..<rowCount),
          workspace: workspace)
      }
      for row in 0..<rowCount {
        let season = asked[row]
        let (lane, fork) = season.quotientAndRemainder(dividingBy: 1 + forks)
        let product = requests[lane]
        let scale = prices.scale(product)
        let isTaken = prices.fares[product] >= max(0, costs[row] + scale * outputs[row, 0])
        let state = units + season * count
        if fork == 0, made[lane] < forks, forking[lane].uniform() < forkChance {
          made[lane] += 1
          let other = season + made[lane]
          (units + other * count).update(from: state, count: count)
          if !isTaken { prices.move(product, units: units + other * count, by: -1) }
          isActive[other] = true
          // Both have forgotten the request's own fare: what counts is what the units earn from now on.
          earned[other] = earned[season] + (isTaken ? Double(prices.fares[product]) : 0)
          sampleOf[other] = samples.count
          samples.append(
            ForkSample(
              row: Array(UnsafeBufferPointer(start: rows.view.row(row), count: description.columns)),
              cost: costs[row], scale: scale, sign: isTaken ? 1 : -1))
        }
        if isTaken {
          prices.move(product, units: state, by: -1)
          earned[season] += Double(prices.fares[product])
        }
      }
      for lane in 0..<lanes.count where requests[lane] >= 0 && made[lane] > 0 {
        settle(lane, upTo: made[lane])
      }
    }
    for lane in 0..<lanes.count {
      let own = lane * (1 + forks)
      revenues[lane] = earned[own]
      for season in own + 1..<own + 1 + made[lane] where isActive[season] { close(season, own) }
    }
  }

  /// Ends the forks that hold the same units as their lane's own season: from there on both earn the same.
  private func settle(_ lane: Int, upTo made: Int) {
    let count = prices.resourceCount
    let own = lane * (1 + forks)
    let units = units.pointer
    let state = units + own * count
    for season in own + 1...own + made where isActive[season] {
      let other = units + season * count
      var isSame = true
      for resource in 0..<count where other[resource] != state[resource] { isSame = false }
      if isSame { close(season, own) }
    }
  }

  private func close(_ season: Int, _ own: Int) {
    isActive[season] = false
    let sample = sampleOf[season]
    samples[sample].worth = Float(earned[season] - earned[own]) * samples[sample].sign
  }
}

/// What one fork has told.
package struct ForkSample {
  /// The request's description.
  var row: [Float]
  /// What the relaxation says the request's units are worth.
  package var cost: Float
  /// The unit of money.
  var scale: Float
  /// 1 where the season itself took the request and the fork kept the units, else −1.
  var sign: Float
  /// What the units have earned.
  package var worth: Float = 0
}
