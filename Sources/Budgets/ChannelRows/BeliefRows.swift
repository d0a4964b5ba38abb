import Learning
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Rows of the filter's beliefs, with gains and costs as they forecast them, or as the plan has them; and with what levels are worth
/// later, by the outlook on fatigue or by the plan.
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
  /// By channel: the outlook over its curves; nil where it has one.
  private let sets: [CurveOutlook?]
  /// Two ladders of numbers, then the gains of a channel's levels and the variances of their logarithms.
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
    sets = models.map { CurveOutlook($0, market: market) }
    ladder = Matrix(rows: 4, columns: columns.levels)
    spendWeight = market.objective == .profit ? 1 : 0
    stationary = (
      Float(market.drift.volume * market.drift.volume), Float(market.drift.response * market.drift.response)
    )
  }

  var planning: PlanningLanes? { lanes }
  var numbers: [Float] = []

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
          lanes.tracker.lane(lane)[channel], channel, lane: lane, tick: console.tick,
          into: rows.row(lane * console.channelCount + channel))
      }
    }
  }

  private func write(
    _ belief: ChannelBelief, _ channel: Int, lane: Int, tick: Int, into row: UnsafeMutablePointer<Float>
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
    let doubt = weigh(channel, lane: lane, tick: tick)
    let response =
      doubt?.response ?? belief.response.expectedFactor(decay: 1, stationary: stationary.response)
    if let doubt { (row[4], row[5]) = (log(doubt.response), doubt.variance.squareRoot()) }
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
      forecast(
        belief, trait, tick: tick, logGain: logGain, gains: gains, costs: costs, worths: worths)
      if doubt != nil {
        let money = spendWeight * trait.costUnit * exp(-logGain)
        let unit = trait.gainUnit * traffic * exp(-logGain)
        for level in 0..<trait.model.count { gains[level] = unit * ladder[2, level] - money * costs[level] }
      }
    }
    trait.close(row, columns: columns)
    let first = Self.featureNames.count
    clock.write(tick: tick, into: row, at: first, columns: columns)
    trait.write(into: row, at: first + EpisodeClock.featureNames.count, columns: columns, traffic: traffic)
    let variance = doubt?.variance ?? belief.response.variance
    row[columns[.deviation]] = (variance + belief.conversion.variance).squareRoot()
    row[columns[.evidence]] = trait.observations * response
    row[columns[.variance]] = variance
    row[columns[.lasting]] = belief.response.lasting
    row[columns[.planPrice]] = plans ? log(max(lanes.planner.multiplier, 1e-12)) : 0
    row[columns[.gainUnit]] = logGain
    row[columns[.costUnit]] = log(trait.costUnit)
  }

  /// Weighs the curves of a channel: leaves each level's gain at an average tick's traffic, in units of the typical
  /// curve's ceiling, and returns those of the highest level: its gain in place of a response factor, so that rows of
  /// channels which may bring nothing keep their scale, and the variance of its logarithm. Nil where there is one
  /// curve.
  private func weigh(_ channel: Int, lane: Int, tick: Int) -> (response: Float, variance: Float)? {
    guard let set = sets[channel], let beliefs = lanes.tracker.curves[channel] else { return nil }
    set.look(beliefs, lane: lane, meanDecay: 1)
    set.forecast(scale: 1, gains: ladder.view.row(2), variances: ladder.view.row(3))
    let top = traits[channel].model.count - 1
    return (max(ladder[2, top], 1e-6), ladder[3, top])
  }

  private func forecast(
    _ belief: ChannelBelief, _ trait: ChannelTraits, tick: Int, logGain: Float,
    gains: UnsafeMutablePointer<Float>, costs: UnsafeMutablePointer<Float>,
    worths: UnsafeMutablePointer<Float>
  ) {
    let traffic = clock.season(tick)
    let money = spendWeight * trait.costUnit * exp(-logGain)
    let model = trait.model
    if let auction = model.auction {
      let (won, paid) = (ladder.pointer, ladder.pointer + ladder.columns)
      model.auctionLadder(auction, price: belief.price.mean, won: won, paid: paid)
      let volume = belief.volume.expectedFactor(decay: 1, stationary: stationary.volume)
      let auctions = traffic * volume
      let fresh = exp(-auction.fatigueStrength * belief.carryOver)
      for level in 0..<model.count {
        costs[level] = auctions * auction.volume * paid[level] / trait.costUnit
        gains[level] = auctions * fresh * won[level] - money * costs[level]
      }
      trait.fatigueOutlook?.write(
        won: won, levels: model.count, tick: tick, traffic: traffic, volume: volume,
        carried: belief.carryOver, into: worths)
    } else if let response = model.response {
      for level in 0..<model.count {
        let after = model.retention * belief.stock + response.stockGain * model.ladder[level]
        costs[level] = model.ladder[level] / trait.costUnit
        gains[level] = traffic * response.saturation(after) - money * costs[level]
      }
    }
  }
}
