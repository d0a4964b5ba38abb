import Learning
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Rows of the filter's beliefs, with gains and costs as they forecast them, or as the plan has them with what they are
/// worth later.
final class BeliefRows: ChannelRows {
  static let featureNames = [
    "price", "price_deviation", "volume", "volume_deviation", "response", "response_deviation", "conversion",
    "conversion_deviation", "carry_over",
  ]

  private let market: Market
  private let plans: Bool
  private let nominalBudget: Float?
  private let columns: ChannelColumns
  private let lanes: PlanningLanes
  private let clock: EpisodeClock
  private let traits: [ChannelTraits]
  private let ladder: Matrix
  private let spendWeight: Float
  private let stationary: (volume: Float, response: Float)

  init(
    market: Market, models: [ChannelModel], laneCount: Int, kind: ChannelRowKind, nominalBudget: Float?
  ) {
    self.market = market
    self.nominalBudget = nominalBudget
    plans = kind == .plan
    columns = market.channelColumns(kind)
    lanes = PlanningLanes(market: market, models: models, laneCount: laneCount)
    clock = EpisodeClock(market)
    traits = zip(models, market.channels).map { ChannelTraits($0, $1, market: market) }
    ladder = Matrix(rows: 2, columns: columns.levels)
    spendWeight = market.objective == .profit ? 1 : 0
    stationary = (
      Float(market.drift.volume * market.drift.volume), Float(market.drift.response * market.drift.response)
    )
  }

  /// The last plan of a campaign that was extended is of other periods, and is forgotten.
  var numbers: [Float] {
    get { plans ? lanes.numbers : lanes.tracker.numbers }
    set {
      if plans, newValue.count == lanes.numbers.count {
        lanes.numbers = newValue
      } else {
        lanes.startEpisode()
        lanes.tracker.numbers = Array(newValue.prefix(lanes.tracker.numbers.count))
      }
    }
  }

  func startEpisode(_ console: AdvertiserConsole) { lanes.startEpisode() }
  func pause(_ channels: [Bool]) { lanes.paused = channels }
  func observe(_ console: AdvertiserConsole) { lanes.tracker.observe(console) }

  func write(_ console: AdvertiserConsole, into rows: MatrixView) {
    for lane in 0..<console.laneCount {
      if plans {
        let nominal = nominalBudget.map { $0 * clock.trafficLeft(console.tick) }
        lanes.plan(console, lane: lane, budget: nominal ?? console.remaining[lane])
      }
      for channel in 0..<console.channelCount {
        write(
          lanes.tracker.lane(lane)[channel], channel, tick: console.tick,
          into: rows.row(lane * console.channelCount + channel))
      }
    }
  }

  private func write(
    _ belief: ChannelBelief, _ channel: Int, tick: Int, into row: UnsafeMutablePointer<Float>
  ) {
    let trait = traits[channel]
    let traffic = clock.season(tick)
    row[0] = belief.price.mean
    row[1] = belief.price.variance.squareRoot()
    row[2] = belief.volume.mean
    row[3] = belief.volume.variance.squareRoot()
    row[4] = belief.response.mean
    row[5] = belief.response.variance.squareRoot()
    row[6] = belief.conversion.mean
    row[7] = belief.conversion.variance.squareRoot()
    row[8] = trait.model.auction == nil ? belief.stock / trait.costUnit : belief.carryOver
    let response = belief.response.expectedFactor(decay: 1, stationary: stationary.response)
    let conversion = belief.conversion.expectedFactor(decay: 1, stationary: 0)
    let logGain = log(trait.gainUnit * response * (trait.model.auction == nil ? 1 : conversion))
    let (gains, costs) = (row + columns.gains.lowerBound, row + columns.costs.lowerBound)
    let worths = row + columns.worths.lowerBound
    if plans {
      let planner = lanes.planner
      let unit = exp(-logGain)
      for level in 0..<trait.model.count {
        let gain = planner.gain(channel: channel, level: level)
        gains[level] = gain * unit
        worths[level] = (planner.netGain(channel: channel, level: level) - gain) * unit
        costs[level] = planner.cost(channel: channel, level: level) / trait.costUnit
      }
    } else {
      worths.update(repeating: 0, count: columns.levels)
      forecast(belief, trait, traffic: traffic, logGain: logGain, gains: gains, costs: costs)
    }
    trait.close(row, columns: columns)
    let first = Self.featureNames.count
    clock.write(tick: tick, into: row, at: first, columns: columns)
    trait.write(into: row, at: first + EpisodeClock.featureNames.count, columns: columns, traffic: traffic)
    row[columns[.deviation]] = (belief.response.variance + belief.conversion.variance).squareRoot()
    row[columns[.evidence]] = trait.observations * response
    row[columns[.variance]] = belief.response.variance
    row[columns[.lasting]] = belief.response.lasting
    row[columns[.planPrice]] = plans ? log(max(lanes.planner.multiplier, 1e-12)) : 0
    row[columns[.gainUnit]] = logGain
    row[columns[.costUnit]] = log(trait.costUnit)
  }

  private func forecast(
    _ belief: ChannelBelief, _ trait: ChannelTraits, traffic: Float, logGain: Float,
    gains: UnsafeMutablePointer<Float>, costs: UnsafeMutablePointer<Float>
  ) {
    let money = spendWeight * trait.costUnit * exp(-logGain)
    let model = trait.model
    if let auction = model.auction {
      let (won, paid) = (ladder.pointer, ladder.pointer + ladder.columns)
      model.auctionLadder(auction, price: belief.price.mean, won: won, paid: paid)
      let auctions = traffic * belief.volume.expectedFactor(decay: 1, stationary: stationary.volume)
      let fresh = exp(-auction.fatigueStrength * belief.carryOver)
      for level in 0..<model.count {
        costs[level] = auctions * auction.volume * paid[level] / trait.costUnit
        gains[level] = auctions * fresh * won[level] - money * costs[level]
      }
    } else if let response = model.response {
      for level in 0..<model.count {
        let after = model.retention * belief.stock + response.stockGain * model.ladder[level]
        costs[level] = model.ladder[level] / trait.costUnit
        gains[level] = traffic * response.saturation(after) - money * costs[level]
      }
    }
  }
}
