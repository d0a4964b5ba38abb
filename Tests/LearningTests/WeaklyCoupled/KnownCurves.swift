import Learning
import LinearAlgebra

/// A weakly coupled problem whose best play is known: every channel has a gain and a cost by level, the same in every step
/// but for the step's traffic, and nothing is random. The network is told one feature that tells channels apart, and no
/// forecast: it must learn all.
struct KnownCurves: WeaklyCoupledEnvironment {
  var gains: [[Float]]
  var costs: [[Float]]
  var traffic: [Float]
  var budget: Float
  /// What the forecasts of gains and costs are multiplied with: 0 tells nothing, 1 everything.
  var told: Float = 0
  /// A channel that may play its first level alone.
  var masked: Int?

  var channelCount: Int { gains.count }
  var steps: Int { traffic.count }
  var columns: ChannelColumns { ChannelColumns(features: gains.count + 1, levels: gains[0].count) }

  func makeBlock(lanes: Range<Int>, seed: UInt64, budget: Double?) -> Block {
    Block(problem: self, lanes: lanes.count, budget: budget.map { Float($0) * self.budget } ?? .infinity)
  }

  final class Block: WeaklyCoupledBlock {
    let problem: KnownCurves
    let lanes: Int
    let budget: Float
    var left: [Float]
    var step = 0

    init(problem: KnownCurves, lanes: Int, budget: Float) {
      self.problem = problem
      self.lanes = lanes
      self.budget = budget
      left = [Float](repeating: budget, count: lanes)
    }

    func startEpisode() {
      step = 0
      left = [Float](repeating: budget, count: lanes)
    }

    func observe(into rows: MatrixView) {
      let (columns, traffic) = (problem.columns, problem.traffic)
      for lane in 0..<lanes {
        for channel in 0..<problem.channelCount {
          let row = rows.row(lane * problem.channelCount + channel)
          row.update(repeating: 0, count: columns.count)
          row[channel] = 1
          row[problem.channelCount] = Float(problem.steps - step) / Float(problem.steps)
          for level in 0..<columns.levels {
            let closed = problem.masked == channel && level > 0
            row[columns.gains.lowerBound + level] =
              closed ? ChannelColumns.closed : problem.told * traffic[step] * problem.gains[channel][level]
            row[columns.costs.lowerBound + level] =
              problem.told * traffic[step] * problem.costs[channel][level]
          }
          row[columns[.traffic]] = traffic[step]
          row[columns[.trafficAfter]] = traffic[(step + 1)...].reduce(0, +)
          row[columns[.timeLeft]] = Float(problem.steps - step) / Float(problem.steps)
        }
      }
    }

    func step(
      levels: UnsafePointer<Int32>, gains: UnsafeMutablePointer<Float>, costs: UnsafeMutablePointer<Float>
    ) {
      for lane in 0..<lanes {
        for channel in 0..<problem.channelCount {
          let index = lane * problem.channelCount + channel
          let wanted = problem.traffic[step] * problem.costs[channel][Int(levels[index])]
          let share = wanted > 0 ? min(1, left[lane] / wanted) : 1
          costs[index] = share * wanted
          gains[index] = share * problem.traffic[step] * problem.gains[channel][Int(levels[index])]
          left[lane] -= costs[index]
        }
      }
      step += 1
    }

    func moneyLeft(into money: UnsafeMutablePointer<Float>) { money.update(from: left, count: lanes) }
  }

  /// What a policy gains under a budget, what it spends, and the log prices that it plays.
  func played(_ policy: WeaklyCoupledPolicy, budget: Float) -> (gain: Float, spend: Float, prices: [Float]) {
    let block = Block(problem: self, lanes: 1, budget: budget)
    let runner = WeaklyCoupledRunner(policy, lanes: 1, channels: channelCount)
    let rows = Matrix(rows: channelCount, columns: columns.count)
    let results = Matrix(rows: 3, columns: channelCount)
    var levels = [Int32](repeating: 0, count: channelCount)
    var (gain, spend, prices): (Float, Float, [Float]) = (0, 0, [])
    block.startEpisode()
    for step in 0..<steps {
      block.observe(into: rows.view)
      block.moneyLeft(into: results.pointer)
      runner.act(rows: rows.view, step: step, money: results.pointer, into: &levels)
      prices.append(runner.playedLogPrices[0])
      let (gains, costs) = (results.pointer + channelCount, results.pointer + 2 * channelCount)
      block.step(levels: levels, gains: gains, costs: costs)
      for channel in 0..<channelCount { (gain, spend) = (gain + gains[channel], spend + costs[channel]) }
    }
    return (gain, spend, prices)
  }

  /// The most that whole levels can gain within a budget, by dynamic programming over steps, channels and money in parts of a
  /// thousandth.
  func best(budget: Float) -> Float {
    let cells = 1000
    var value = [Float](repeating: 0, count: cells + 1)
    for step in 0..<steps {
      for channel in 0..<channelCount {
        var next = [Float](repeating: 0, count: cells + 1)
        for money in 0...cells {
          var most = -Float.infinity
          for level in gains[channel].indices {
            let cost = Int((traffic[step] * costs[channel][level] / budget * Float(cells)).rounded(.up))
            guard cost <= money else { continue }
            most = max(most, traffic[step] * gains[channel][level] + value[money - cost])
          }
          next[money] = most
        }
        value = next
      }
    }
    return value[cells]
  }

  static var three: KnownCurves {
    KnownCurves(
      gains: [[0, 0.5, 0.8, 1], [0, 0.2, 0.35, 0.45], [0, 0.9, 1.3, 1.4]],
      costs: [[0, 0.2, 0.5, 1], [0, 0.2, 0.5, 1], [0, 0.3, 0.6, 1]],
      traffic: [0.5, 1, 1.5, 1, 0.5, 1.5], budget: 4)
  }
}
