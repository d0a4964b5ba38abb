import Learning
import LinearAlgebra
import NeuralNetworks
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct WeaklyCoupledRunnerTests {
  static let shape = WeaklyCoupledShape(columns: ChannelColumns(features: 4, levels: 5), hidden: [7, 6])

  private func policy(_ schedule: PlaySchedule = .init()) -> WeaklyCoupledPolicy {
    var random = RandomStream(seed: 9, purpose: .test)
    let count = DenseNetwork.parameterCount(Self.shape.widths)
    return WeaklyCoupledPolicy(
      shape: Self.shape, weights: (0..<count).map { _ in 0.4 * (random.uniform() - 0.5) }, priceCenter: 0,
      schedules: [schedule], featureNames: ["a", "b", "c", "d"])
  }

  /// Rows of plausible channels: gains and costs that rise along the ladder.
  private func rows(_ count: Int, seed: UInt64) -> Matrix {
    var random = RandomStream(seed: seed, purpose: .test)
    let columns = Self.shape.columns
    let rows = Matrix(rows: count, columns: columns.count)
    for row in 0..<count {
      for column in 0..<columns.features { rows[row, column] = random.uniform() }
      var (gain, cost): (Float, Float) = (0, 0)
      for level in 1..<columns.levels {
        gain += random.uniform() / Float(level)
        cost += random.uniform()
        rows[row, columns.gains.lowerBound + level] = gain
        rows[row, columns.costs.lowerBound + level] = cost
        rows[row, columns.worths.lowerBound + level] = random.uniform() - 0.5
      }
      rows[row, columns[.traffic]] = 0.5 + random.uniform()
      rows[row, columns[.trafficAfter]] = 3
      rows[row, columns[.timeLeft]] = 0.5
      rows[row, columns[.deviation]] = random.uniform()
      rows[row, columns[.evidence]] = 2 * random.uniform()
      rows[row, columns[.variance]] = random.uniform()
      rows[row, columns[.lasting]] = random.uniform()
      rows[row, columns[.gainUnit]] = random.uniform() - 0.5
      rows[row, columns[.costUnit]] = random.uniform() - 0.5
    }
    return rows
  }

  /// The network one row at a time, in plain loops.
  private func outputs(_ row: UnsafePointer<Float>, logPrice: Float, _ policy: WeaklyCoupledPolicy)
    -> [Double]
  {
    let columns = policy.shape.columns
    let price = Double(logPrice + row[columns[.costUnit]] - row[columns[.gainUnit]])
    let clipped = min(max(price, -5), 5)
    var values = (0..<columns.features).map { Double(row[$0]) } + [clipped, max(clipped, 0)]
    var place = 0
    for (depth, width) in policy.shape.widths.dropFirst().enumerated() {
      let sums = (0..<width).map { output in
        values.indices.reduce(Double(policy.weights[place + width * values.count + output])) {
          $0 + Double(policy.weights[place + output * values.count + $1]) * values[$1]
        }
      }
      place += width * (values.count + 1)
      values = depth == policy.shape.hidden.count ? sums : sums.map { max($0, 0) }
    }
    return values
  }

  @Test func valuesOfManyChannelsInOneProductAreThoseOfEachAlone() {
    let policy = policy()
    let (lanes, channels) = (3, 11)
    let rows = rows(lanes * channels, seed: 1)
    let columns = policy.shape.columns
    let runner = WeaklyCoupledRunner(policy, lanes: lanes, channels: channels)
    let q = Matrix(rows: lanes * channels, columns: columns.levels)
    let spend = Matrix(rows: lanes * channels, columns: columns.levels)
    let prices: [Float] = [-0.7, 0.1, 1.2]
    runner.values(rows: rows.view, logPrices: prices, q: q.view, spendToGo: spend.view)
    for index in 0..<lanes * channels {
      let row = UnsafePointer(rows.view.row(index))
      let output = outputs(row, logPrice: prices[index / channels], policy)
      let (gainUnit, costUnit) = (
        exp(Double(row[columns[.gainUnit]])), exp(Double(row[columns[.costUnit]]))
      )
      for level in 0..<columns.levels {
        let traffic = Double(row[columns[.traffic]])
        let gain = Double(row[columns.gains.lowerBound + level]) + traffic * output[level]
        let cost = Double(row[columns.costs.lowerBound + level]) + traffic * output[columns.levels + level]
        let worth = Double(row[columns.worths.lowerBound + level])
        let expected = gainUnit * (gain + worth) - exp(Double(prices[index / channels])) * costUnit * cost
        let after = Double(row[columns[.trafficAfter]]) * output[2 * columns.levels]
        #expect(abs(Double(q[index, level]) - expected) < 1e-4)
        #expect(abs(Double(spend[index, level]) - costUnit * max(0, cost + after)) < 1e-4)
      }
    }
  }

  @Test func lanesAndChannelsDoNotDependOnTheirOrder() {
    let (lanes, channels) = (70, 6)
    let rows = rows(lanes * channels, seed: 2)
    let money = (0..<lanes).map { 1 + Float($0) * 0.3 }
    func act(lanes order: [Int], channels channelOrder: [Int]) -> ([[Int32]], [Float]) {
      let mixed = Matrix(rows: lanes * channels, columns: rows.columns)
      for (place, lane) in order.enumerated() {
        for (slot, channel) in channelOrder.enumerated() {
          mixed.view.row(place * channels + slot).update(
            from: rows.view.row(lane * channels + channel), count: rows.columns)
        }
      }
      let runner = WeaklyCoupledRunner(
        policy(.init(optimism: [0.5], information: [0.2])), lanes: lanes, channels: channels)
      var levels = [Int32](repeating: 0, count: lanes * channels)
      runner.act(rows: mixed.view, step: 0, money: order.map { money[$0] }, into: &levels)
      var result = [[Int32]](repeating: [Int32](repeating: 0, count: channels), count: lanes)
      var prices = [Float](repeating: 0, count: lanes)
      for (place, lane) in order.enumerated() {
        prices[lane] = runner.logPrices[place]
        for (slot, channel) in channelOrder.enumerated() {
          result[lane][channel] = levels[place * channels + slot]
        }
      }
      return (result, prices)
    }
    let plain = act(lanes: Array(0..<lanes), channels: Array(0..<channels))
    let mixed = act(lanes: (0..<lanes).reversed(), channels: [3, 0, 5, 1, 4, 2])
    #expect(plain.0 == mixed.0)
    for lane in 0..<lanes { #expect(abs(plain.1[lane] - mixed.1[lane]) < 1e-3) }
  }

  @Test(
    "Any number of channels is played, and more money never has a higher price", arguments: [1, 3, 17, 64])
  func priceFallsWithMoney(channels: Int) {
    let rows = rows(channels, seed: 3)
    var last = Float.infinity
    for money in [0.5, 1, 2, 4, 8, 16] as [Float] {
      let runner = WeaklyCoupledRunner(policy(), lanes: 1, channels: channels)
      var levels = [Int32](repeating: 0, count: channels)
      runner.act(rows: rows.view, step: 0, money: [money * Float(channels)], into: &levels)
      #expect(runner.logPrices[0] <= last)
      last = runner.logPrices[0]
    }
  }

  /// A later search finds what all its prices would, whether the middle ones enclose the answer or not.
  @Test func laterSearchesFindWhatAllTheirPricesWould() {
    let (lanes, channels, columns) = (60, 12, Self.shape.columns)
    // Without corrections spend is the forecasts', which falls as the price rises.
    let policy = WeaklyCoupledPolicy(
      shape: Self.shape, weights: policy().weights.map { _ in 0 }, priceCenter: 0,
      featureNames: ["a", "b", "c", "d"])
    let rows = rows(lanes * channels, seed: 9)
    let runner = WeaklyCoupledRunner(policy, lanes: lanes, channels: channels)
    let before = (0..<lanes).map { 0.05 * Float($0) - 1.5 }
    let offsets = MoneyPriceSearch.following
    var spends = [[Float]](repeating: [], count: lanes)
    let q = Matrix(rows: lanes * channels, columns: columns.levels)
    let toGo = Matrix(rows: lanes * channels, columns: columns.levels)
    for offset in offsets {
      runner.values(rows: rows.view, logPrices: before.map { $0 + offset }, q: q.view, spendToGo: toGo.view)
      for lane in 0..<lanes {
        spends[lane].append(
          (lane * channels..<(lane + 1) * channels).reduce(0) { sum, row in
            let best = (0..<columns.levels).reduce(0) { q[row, $1] > q[row, $0] ? $1 : $0 }
            return sum + toGo[row, best]
          })
      }
    }
    // From what the dearest price spends to what the cheapest does, and beyond both.
    let money = (0..<lanes).map { lane -> Float in
      let share: Float = Float(lane % 10) / 8 - 0.1
      let (most, least) = (spends[lane][0], spends[lane][6])
      return least + share * (most - least)
    }
    runner.startEpisode()
    runner.resume(logPrices: before)
    var levels = [Int32](repeating: 0, count: lanes * channels)
    runner.act(rows: rows.view, step: 1, money: money, into: &levels)
    var outside = 0
    for lane in 0..<lanes {
      let moved = MoneyPriceSearch.offset(offsets[...], spends: &spends[lane], money: money[lane])
      #expect(abs(runner.logPrices[lane] - before[lane] - moved) < 1e-3)
      if abs(moved) > 0.2 { outside += 1 }
    }
    #expect(outside > 5 && outside < 55)
  }

  /// Of two channels that differ in what is known of them alone, the known one is left and the other is tried; without a worth of
  /// information both are left. The news of a level is worth what the formula says.
  @Test func informationIsBoughtWhereLittleIsKnown() {
    let columns = Self.shape.columns
    let rows = Matrix(rows: 2, columns: columns.count)
    for row in 0..<2 {
      for level in 0..<columns.levels {
        rows[row, columns.gains.lowerBound + level] = 0.5 * Float(level)
        rows[row, columns.costs.lowerBound + level] = 0.6 * Float(level)
      }
      rows[row, columns[.traffic]] = 1
      rows[row, columns[.timeLeft]] = 1
      rows[row, columns[.evidence]] = 2
      rows[row, columns[.variance]] = row == 0 ? 1e-4 : 1
      rows[row, columns[.lasting]] = 1
    }
    let count = DenseNetwork.parameterCount(Self.shape.widths)
    for information in [0, 1] as [Float] {
      // An offset makes money dearer than the channels are worth.
      let plain = WeaklyCoupledPolicy(
        shape: Self.shape, weights: [Float](repeating: 0, count: count), priceCenter: 0,
        schedules: [.init(priceOffsets: [0.5], information: [information])],
        featureNames: ["a", "b", "c", "d"])
      let runner = WeaklyCoupledRunner(plain, lanes: 1, channels: 2)
      var levels: [Int32] = [9, 9]
      runner.act(rows: rows.view, step: 0, money: [3], into: &levels)
      let (found, price) = (exp(Double(runner.logPrices[0])), exp(Double(runner.playedLogPrices[0])))
      let counted = 1 / (exp(1.0) - 1)
      let scores = (0..<columns.levels).map { level in
        let news = level == 0 ? 0 : (1 - log1p(1 / (counted + Double(level)))).squareRoot()
        return Double(level) * (0.5 - 0.6 * price) + Double(information) * found * 1.5 * news
      }
      let best = scores.indices.max { scores[$0] < scores[$1] }
      #expect(Int(levels[1]) == best)
      #expect(levels[0] == 0 && (levels[1] > 0) == (information > 0))
    }
  }

  /// Between two schedules play is straight between them in the logarithm of the share of everything that there is money for.
  @Test func schedulesAreMixedByTheShareThatThereIsMoneyFor() {
    let columns = Self.shape.columns
    let rows = rows(4, seed: 7)
    rows[3, columns.gains.upperBound - 1] = ChannelColumns.closed
    func act(_ schedules: [PlaySchedule], money: Float) -> Float {
      let mixed = WeaklyCoupledPolicy(
        shape: Self.shape, weights: policy().weights, priceCenter: 0, schedules: schedules,
        featureNames: ["a", "b", "c", "d"])
      let runner = WeaklyCoupledRunner(mixed, lanes: 1, channels: 4)
      var levels = [Int32](repeating: 0, count: 4)
      runner.act(rows: rows.view, step: 1, money: [money], into: &levels)
      return runner.playedLogPrices[0] - runner.logPrices[0]
    }
    let everything = (0..<4).reduce(Float(0)) { sum, row in
      let traffic = rows[row, columns[.traffic]]
      let cost = rows[row, columns.costs.upperBound - (row == 3 ? 2 : 1)]
      return sum + exp(rows[row, columns[.costUnit]]) * cost * (traffic + 3) / traffic
    }
    let low = PlaySchedule(logShare: log(0.25), priceOffsets: [9, 0.1])
    let high = PlaySchedule(logShare: log(1), priceOffsets: [9, 0.5, 9])
    for (share, offset) in [(0.1, 0.1), (0.25, 0.1), (0.5, 0.3), (1, 0.5), (3, 0.5)] as [(Float, Float)] {
      #expect(abs(act([low, high], money: share * everything) - offset) < 1e-4)
      #expect(abs(act([low], money: share * everything) - 0.1) < 1e-6)
    }
  }

  /// Without its corrections a network plays the forecasts, and still says what is spent later.
  @Test func aPolicyWithoutCorrectionsPlaysItsForecasts() {
    let rows = rows(3, seed: 8)
    let columns = Self.shape.columns
    let (whole, bare) = (policy(), policy().correcting(0))
    #expect(policy().correcting(1) == whole)
    for row in 0..<3 {
      let row = UnsafePointer(rows.view.row(row))
      let (before, after) = (outputs(row, logPrice: 0.3, whole), outputs(row, logPrice: 0.3, bare))
      #expect(after.prefix(2 * columns.levels).allSatisfy { $0 == 0 } && after.last == before.last)
      #expect(before.prefix(2 * columns.levels).contains { abs($0) > 0.01 })
    }
  }

  /// Where rows tell a plan's price, that is the price, whatever the money.
  @Test func aPlansPriceIsTaken() {
    let columns = ChannelColumns(features: 4, levels: 5, pricesByPlan: true)
    let shape = WeaklyCoupledShape(columns: columns, hidden: [7, 6])
    let rows = rows(6, seed: 5)
    for row in 0..<6 { rows[row, columns[.planPrice]] = row < 3 ? 0.3 : -0.2 }
    let policy = WeaklyCoupledPolicy(
      shape: shape, weights: policy().weights, priceCenter: 0, schedules: [.init(priceOffsets: [0.1])],
      featureNames: ["a", "b", "c", "d"])
    let runner = WeaklyCoupledRunner(policy, lanes: 2, channels: 3)
    var levels = [Int32](repeating: 0, count: 6)
    runner.act(rows: rows.view, step: 0, money: [1, 100], into: &levels)
    #expect([runner.logPrices[0], runner.logPrices[1]] == [0.3, -0.2])
    #expect(abs(runner.playedLogPrices[0] - 0.4) < 1e-6)
  }

  @Test func theStepCapHoldsAndClosedLevelsAreNeverPlayed() {
    let (lanes, channels) = (20, 5)
    let rows = rows(lanes * channels, seed: 4)
    let columns = Self.shape.columns
    for index in stride(from: 0, to: lanes * channels, by: 5) {
      for level in 1..<columns.levels {
        rows[index, columns.gains.lowerBound + level] = ChannelColumns.closed
      }
    }
    // A policy whose costs are the forecasts.
    let count = DenseNetwork.parameterCount(Self.shape.widths)
    let plain = WeaklyCoupledPolicy(
      shape: Self.shape, weights: [Float](repeating: 0, count: count), priceCenter: 0,
      featureNames: ["a", "b", "c", "d"])
    for cap in [0.1, 1, 3] as [Float] {
      let runner = WeaklyCoupledRunner(plain, lanes: lanes, channels: channels)
      var levels = [Int32](repeating: 0, count: lanes * channels)
      runner.act(
        rows: rows.view, step: 0, money: [Float](repeating: 100, count: lanes), stepCap: cap, into: &levels)
      for lane in 0..<lanes {
        var cost: Float = 0
        for channel in 0..<channels {
          let index = lane * channels + channel
          cost +=
            exp(rows[index, columns[.costUnit]]) * rows[index, columns.costs.lowerBound + Int(levels[index])]
          if channel == 0 { #expect(levels[index] == 0) }
        }
        #expect(cost <= cap * 1.0001)
      }
    }
  }

  @Test func theSearchSpendsWhatIsLeft() {
    var random = RandomStream(seed: 6, purpose: .test)
    let offsets = MoneyPriceSearch.opening
    for _ in 0..<200 {
      // A power law of the price: straight in logarithms, so the search must be exact.
      let (scale, power) = (1 + 10 * random.uniform(), 0.2 + 2 * random.uniform())
      var spends = offsets.map { scale * exp(-power * $0) }
      let money = scale * exp(-power * (6 * random.uniform() - 3))
      let found = MoneyPriceSearch.offset(offsets[...], spends: &spends, money: money)
      #expect(abs(scale * exp(-power * found) / money - 1) < 1e-3)
    }
    var noisy: [Float] = (0..<21).map { _ in random.uniform() }
    let high = MoneyPriceSearch.offset(offsets[...], spends: &noisy, money: 2)
    let low = MoneyPriceSearch.offset(offsets[...], spends: &noisy, money: 0)
    #expect(high == offsets[0] && low == offsets[20])
    #expect(zip(noisy, noisy.dropFirst()).allSatisfy { $0 >= $1 })
  }
}
