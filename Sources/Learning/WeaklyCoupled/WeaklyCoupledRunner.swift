import LinearAlgebra
import NeuralNetworks

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Plays a weakly coupled policy in some lanes: finds each lane's price of money, or takes a plan's where rows tell it, then each
/// channel's level.
///
/// The price found last is state: a later search looks around it. Lanes do not know of each other, so results depend
/// neither on how lanes are put together nor on threads. A decision costs one pass of (channels × prices tried) rows: linear
/// in channels.
package final class WeaklyCoupledRunner {
  package let policy: WeaklyCoupledPolicy
  /// The number of lanes.
  package let lanes: Int
  /// The number of channels of a lane.
  package let channels: Int
  /// Lanes: the log price of money found last, before its offset.
  package let logPrices: UnsafeMutablePointer<Float>
  /// Lanes: the log price of money that the last levels were chosen at.
  package let playedLogPrices: UnsafeMutablePointer<Float>

  /// Lanes: what of the schedules counts in the step that is chosen.
  private var played: [PlayedStep]
  /// Where gains and costs are as forecast, only what it says of spend to go.
  private let network: DenseNetwork
  /// Whether gains and costs are other than forecast; where not, choosing needs no pass of the network.
  private let isCorrecting: Bool
  /// No correction of any level.
  private let noCorrections: Matrix
  private let input, output: Matrix
  private let workspace: ForwardWorkspace
  private let spends: Matrix
  /// The lanes of a piece whose price is still looked for.
  private var searched: [Int] = []
  private let pool: WorkerPool?
  private let lanesPerPiece: Int
  /// Whether the next search is an episode's first, over a wide range of prices.
  package private(set) var isOpening = true

  /// Prepares to play.
  ///
  /// - Parameter pool: the threads that share the rows; nil runs on the caller's alone.
  package init(_ policy: WeaklyCoupledPolicy, lanes: Int, channels: Int, pool: WorkerPool? = nil) {
    precondition(lanes > 0 && channels > 0, "A runner needs lanes and channels: \(lanes), \(channels).")
    self.policy = policy
    self.lanes = lanes
    self.channels = channels
    self.pool = pool
    played = [PlayedStep](repeating: policy.schedules[0].at(0), count: lanes)
    network = policy.makeNetwork()
    isCorrecting = policy.isCorrecting
    noCorrections = Matrix(rows: 1, columns: 2 * policy.shape.columns.levels)
    let points = MoneyPriceSearch.following.count
    // Some thousand rows at once, however many lanes there are.
    lanesPerPiece = max(1, min(lanes, 2048 / (channels * points)))
    let rows = lanesPerPiece * channels * points
    input = Matrix(rows: rows, columns: network.inputs)
    output = Matrix(rows: rows, columns: network.outputs)
    workspace = network.workspace(maximumBatch: rows)
    spends = Matrix(rows: lanesPerPiece, columns: MoneyPriceSearch.opening.count)
    logPrices = .allocate(capacity: lanes)
    logPrices.initialize(repeating: policy.priceCenter, count: lanes)
    playedLogPrices = .allocate(capacity: lanes)
    playedLogPrices.initialize(repeating: policy.priceCenter, count: lanes)
  }

  deinit {
    logPrices.deallocate()
    playedLogPrices.deallocate()
  }

  /// Forgets the last episode's prices.
  package func startEpisode() {
    logPrices.update(repeating: policy.priceCenter, count: lanes)
    isOpening = true
  }

  /// Goes on from the prices of an earlier decision, as after a restart.
  ///
  /// - Parameter prices: lanes: log prices of money, as `logPrices` held them.
  package func resume(logPrices prices: [Float]) {
    precondition(prices.count == lanes, "\(lanes) lanes need as many prices, not \(prices.count).")
    for (lane, price) in prices.enumerated() { logPrices[lane] = price }
    isOpening = false
  }

  /// The price of money that a lane's last levels were chosen at, in units of the objective.
  package func playedPrice(lane: Int) -> Float { exp(playedLogPrices[lane]) }

  /// Chooses the levels of a step.
  ///
  /// - Parameters:
  ///   - rows: (lanes × channels) rows as `policy.shape.columns` describes them.
  ///   - step: the number of the step, from 0: which price offset counts.
  ///   - money: lanes: what is left of the budget.
  ///   - stepCap: what a step may be expected to cost, in money.
  ///   - levels: lanes × channels: what to play.
  package func act(
    rows: MatrixView, step: Int, money: UnsafePointer<Float>, stepCap: Float = .infinity,
    into levels: UnsafeMutablePointer<Int32>
  ) {
    precondition(
      rows.rows == lanes * channels && rows.columns == policy.shape.columns.count,
      "\(lanes) lanes of \(channels) channels need as many rows of \(policy.shape.columns.count) columns.")
    let isOfShares = policy.schedules.count > 1
    for lane in 0..<lanes {
      let own = lane * channels..<(lane + 1) * channels
      let share =
        isOfShares ? policy.shape.columns.logShare(rows, channels: own, money: money[lane]) : 0
      played[lane] = policy.played(step: step, logShare: share)
    }
    for first in stride(from: 0, to: lanes, by: lanesPerPiece) {
      let range = first..<min(first + lanesPerPiece, lanes)
      if policy.shape.columns.pricesByPlan {
        for lane in range { logPrices[lane] = rows.row(lane * channels)[policy.shape.columns[.planPrice]] }
      } else {
        findPrices(rows, lanes: range, money: money)
      }
      for lane in range { playedLogPrices[lane] = logPrices[lane] + played[lane].priceOffset }
      choose(rows, lanes: range, money: money, stepCap: stepCap, into: levels)
    }
    isOpening = false
  }

  /// Values of all levels at each lane's played price.
  ///
  /// - Parameters:
  ///   - rows: (lanes × channels) rows.
  ///   - logPrices: lanes: log prices of money.
  ///   - q: (lanes × channels) × levels: priced gains, in units of the objective.
  ///   - spendToGo: (lanes × channels) × levels: what a level and all that follows spend, in money.
  package func values(
    rows: MatrixView, logPrices: UnsafePointer<Float>, q: MatrixView, spendToGo: MatrixView
  ) {
    let columns = policy.shape.columns
    forEachChannel(rows, logPrices: logPrices) { place, row, values in
      let (gain, cost) = (exp(row[columns[.gainUnit]]), exp(row[columns[.costUnit]]))
      let price = exp(logPrices[place / channels])
      for level in 0..<columns.levels {
        q.row(place)[level] =
          gain * (values.gain(level) + values.worths[level]) - price * cost * values.cost(level)
        spendToGo.row(place)[level] = cost * values.spendToGo(level)
      }
    }
  }

  /// What the levels of a lane's channels were chosen by in the last step: hopes of gains and what their news is worth, less priced
  /// costs, in units of the objective.
  ///
  /// - Parameter scores: (lanes × channels) × levels.
  func scores(rows: MatrixView, money: UnsafePointer<Float>, into scores: MatrixView) {
    let columns = policy.shape.columns
    forEachChannel(rows, logPrices: playedLogPrices) { place, row, values in
      let lane = place / channels
      let (price, hope, curiosity) = taste(row, lane: lane, share: channelShare(lane, money: money[lane]))
      let unit = exp(row[columns[.gainUnit]])
      for level in 0..<columns.levels {
        scores.row(place)[level] = unit * values.score(level, at: price, hope: hope, curiosity: curiosity)
      }
    }
  }

  /// Runs the network on all lanes at a price each, and hands on the place, the row and the values of every channel.
  private func forEachChannel(
    _ rows: MatrixView, logPrices: UnsafePointer<Float>,
    _ body: (_ place: Int, _ row: UnsafePointer<Float>, _ values: ChannelValues) -> Void
  ) {
    for first in stride(from: 0, to: lanes, by: lanesPerPiece) {
      let range = first..<min(first + lanesPerPiece, lanes)
      evaluate(rows, lanes: range, points: 1) { lane, _ in logPrices[lane] }
      for index in 0..<range.count * channels {
        let place = first * channels + index
        let row = UnsafePointer(rows.row(place))
        body(place, row, values(row, at: index))
      }
    }
  }

  /// A channel's share of what all money left of a lane is expected to bring.
  private func channelShare(_ lane: Int, money: Float) -> Float {
    exp(logPrices[lane]) * min(money, 1e30) / Float(channels)
  }

  /// By what a channel's levels are weighed in a lane: the price of money in the channel's units, hope, and what news is worth.
  @inline(__always) private func taste(
    _ row: UnsafePointer<Float>, lane: Int, share: Float
  ) -> (price: Float, hope: Float, curiosity: Curiosity) {
    let columns = policy.shape.columns
    return (
      exp(policy.shape.relativePrice(row, logPrice: playedLogPrices[lane])),
      exp(played[lane].optimism * row[columns[.deviation]] * row[columns[.timeLeft]]),
      Curiosity(
        weight: played[lane].information * share * exp(-row[columns[.gainUnit]]) * row[columns[.lasting]],
        evidence: row[columns[.evidence]], variance: row[columns[.variance]])
    )
  }

  /// Runs the network on every channel of some lanes at some prices each: rows by lane, price, channel.
  private func evaluate(
    _ rows: MatrixView, lanes: some Sequence<Int>, points: Int, logPrice: (_ lane: Int, _ point: Int) -> Float
  ) {
    let shape = policy.shape
    let (input, output) = (input.view, output.view)
    var place = 0
    for lane in lanes {
      for point in 0..<points {
        let price = logPrice(lane, point)
        for channel in 0..<channels {
          let row = rows.row(lane * channels + channel)
          shape.writeInput(
            row, relativePrice: shape.relativePrice(row, logPrice: price), into: input.row(place))
          place += 1
        }
      }
    }
    network.outputs(
      observations: input.rows(0..<place), into: output.rows(0..<place), workspace: workspace, pool: pool)
  }

  /// The values of a row whose outputs stand in a place.
  @inline(__always) private func values(_ row: UnsafePointer<Float>, at place: Int) -> ChannelValues {
    let outputs = output.view.row(place)
    return isCorrecting
      ? policy.shape.values(row: row, outputs: outputs)
      : policy.shape.values(row: row, corrections: noCorrections.pointer, spendAfter: outputs[0])
  }

  /// Moves each lane's price to where its money is expected to be spent.
  ///
  /// An episode's first search tries every price; a later one the middle three, which mostly enclose the answer, and the outer
  /// ones for those lanes only where they do not.
  private func findPrices(_ rows: MatrixView, lanes range: Range<Int>, money: UnsafePointer<Float>) {
    searched.removeAll(keepingCapacity: true)
    searched.append(contentsOf: range)
    if isOpening {
      let (offsets, chunk) = (MoneyPriceSearch.opening, MoneyPriceSearch.following.count)
      for start in stride(from: 0, to: offsets.count, by: chunk) {
        let points = start..<min(start + chunk, offsets.count)
        forecastSpends(rows, offsets, points: points, from: range.lowerBound)
      }
      movePrices(by: offsets, within: 0..<offsets.count, money: money, from: range.lowerBound)
      return
    }
    let (offsets, middle) = (MoneyPriceSearch.following, MoneyPriceSearch.middle)
    forecastSpends(rows, offsets, points: middle, from: range.lowerBound)
    movePrices(by: offsets, within: middle, money: money, from: range.lowerBound) { spends, money in
      spends[middle.lowerBound] > money && money >= spends[middle.upperBound - 1]
    }
    guard !searched.isEmpty else { return }
    forecastSpends(rows, offsets, points: 0..<middle.lowerBound, from: range.lowerBound)
    forecastSpends(rows, offsets, points: middle.upperBound..<offsets.count, from: range.lowerBound)
    movePrices(by: offsets, within: 0..<offsets.count, money: money, from: range.lowerBound)
  }

  /// Fills in what the lanes that are searched are expected to spend at some of the prices tried.
  private func forecastSpends(_ rows: MatrixView, _ offsets: [Float], points: Range<Int>, from first: Int) {
    evaluate(rows, lanes: searched, points: points.count) { logPrices[$0] + offsets[points.lowerBound + $1] }
    let (shape, columns) = (policy.shape, policy.shape.columns)
    let spends = spends.view
    var place = 0
    for lane in searched {
      for point in points {
        var spend: Float = 0
        for channel in 0..<channels {
          let row = rows.row(lane * channels + channel)
          let price = exp(shape.relativePrice(row, logPrice: logPrices[lane] + offsets[point]))
          let values = values(row, at: place)
          spend += exp(row[columns[.costUnit]]) * values.spendToGo(values.best(at: price))
          place += 1
        }
        spends.row(lane - first)[point] = spend
      }
    }
  }

  /// Moves the prices of the lanes that are searched and whose answer the points enclose; the others are searched on.
  private func movePrices(
    by offsets: [Float], within points: Range<Int>, money: UnsafePointer<Float>, from first: Int,
    where encloses: (_ spends: UnsafeMutablePointer<Float>, _ money: Float) -> Bool = { _, _ in true }
  ) {
    let spends = spends.view
    searched.removeAll { lane in
      let row = spends.row(lane - first)
      guard encloses(row, money[lane]) else { return false }
      logPrices[lane] += MoneyPriceSearch.offset(
        offsets[points], spends: row + points.lowerBound, money: money[lane])
      return true
    }
  }

  private func choose(
    _ rows: MatrixView, lanes range: Range<Int>, money: UnsafePointer<Float>, stepCap: Float,
    into levels: UnsafeMutablePointer<Int32>
  ) {
    let columns = policy.shape.columns
    if isCorrecting { evaluate(rows, lanes: range, points: 1) { lane, _ in playedLogPrices[lane] } }
    for lane in range {
      let share = channelShare(lane, money: money[lane])
      /// The levels at a price raised by a factor, and what they cost.
      func levelsCost(raised: Float) -> Float {
        var cost: Float = 0
        for channel in 0..<channels {
          let row = rows.row(lane * channels + channel)
          let values = values(row, at: (lane - range.lowerBound) * channels + channel)
          let (price, hope, curiosity) = taste(row, lane: lane, share: share)
          let level = values.best(at: raised * price, hope: hope, curiosity: curiosity)
          levels[lane * channels + channel] = Int32(level)
          cost += exp(row[columns[.costUnit]]) * max(values.cost(level), 0)
        }
        return cost
      }
      guard levelsCost(raised: 1) > stepCap else { continue }
      var (low, high): (Float, Float) = (1, 1.2)
      while levelsCost(raised: high) > stepCap, high < 1e12 { (low, high) = (high, high * high) }
      while high > low * 1.001 {
        let middle = low.squareRoot() * high.squareRoot()
        if levelsCost(raised: middle) > stepCap { low = middle } else { high = middle }
      }
      _ = levelsCost(raised: high)
    }
  }
}
