import Learning
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a weakly coupled policy sees of a channel: three levels of the same row.
package enum ChannelRowKind: String, Sendable, CaseIterable {
  /// What the advertiser's console shows, against what the calibration led one to expect.
  case console
  /// The filter's beliefs, and gains and costs as they forecast them.
  case beliefs
  /// The same, the plan's price of money, and what the plan says that levels are worth later: audiences they tire, stock
  /// they build.
  case plan

  /// The κ from which training searches on: a half of what was best of a few on `nine-campaigns` without a worth of
  /// information (docs/weakly-coupled.md).
  var optimism: Float {
    switch self {
    case .console: 0.6
    case .beliefs: 0.4
    case .plan: 0.2
    }
  }
}

/// Writes the rows of every channel of some lanes, a row per lane and channel; it never reads latent state, nor how
/// much money there is: that is in the price of money alone.
protocol ChannelRows: MarketObservation {
  /// Plans on without some channels of one lane, where there are plans; with all where the list is empty.
  func pause(_ channels: [Bool])
  /// The beliefs that rows are written from; nil where there are none.
  var planning: PlanningLanes? { get }
  /// What else is known of one lane, for campaigns to store.
  var numbers: [Float] { get set }
}

extension ChannelRows {
  func pause(_ channels: [Bool]) {}
  var planning: PlanningLanes? { nil }
}

extension Market {
  /// What a channel's row holds.
  func channelColumns(_ kind: ChannelRowKind) -> ChannelColumns {
    ChannelColumns(
      features: channelFeatureNames(kind).count, levels: channels.map(\.levels.count).max() ?? 1,
      pricesByPlan: kind == .plan)
  }

  /// A name per feature of a channel's row.
  func channelFeatureNames(_ kind: ChannelRowKind) -> [String] {
    let own =
      switch kind {
      case .console: ConsoleRows.featureNames
      case .beliefs, .plan: BeliefRows.featureNames
      }
    return own + EpisodeClock.featureNames + ChannelTraits.featureNames
  }

  /// Prepares to write the rows of some lanes.
  ///
  /// - Parameter nominalBudget: the budget that plans are made with where the simulation's own never binds.
  func makeChannelRows(
    _ kind: ChannelRowKind, models: [ChannelModel], laneCount: Int, nominalBudget: Float? = nil
  ) -> any ChannelRows {
    switch kind {
    case .console: ConsoleRows(market: self, laneCount: laneCount)
    case .beliefs, .plan:
      BeliefRows(
        market: self, models: models, laneCount: laneCount, kind: kind, nominalBudget: nominalBudget)
    }
  }
}

/// What the time of the episode adds to every row.
struct EpisodeClock {
  static let featureNames = [
    "time", "season", "season_ahead", "traffic_left", "log_traffic_left", "last_tick", "inverse_ticks_left",
  ]

  private let ticks: Int
  private let season: [Float]
  /// By tick and at the end: the share of the traffic to come.
  private let trafficLeft: [Float]

  init(_ market: Market) {
    ticks = market.ticks
    season = market.season.map { Float($0) }
    let total = max(season.reduce(0, +), 1e-12)
    var left = total
    var shares: [Float] = []
    for share in season {
      shares.append(max(left, 0) / total)
      left -= share
    }
    trafficLeft = shares + [0]
  }

  /// Writes the features of a tick, and the row's scalars of time.
  func write(tick: Int, into row: UnsafeMutablePointer<Float>, at first: Int, columns: ChannelColumns) {
    let ahead = season[min(tick + 1, ticks)..<min(tick + 5, ticks)]
    row[first] = Float(tick) / Float(ticks)
    row[first + 1] = season[tick]
    row[first + 2] = ahead.reduce(0, +) / Float(max(ahead.count, 1))
    row[first + 3] = trafficLeft[tick]
    row[first + 4] = log(trafficLeft[tick] + 0.005)
    row[first + 5] = tick == ticks - 1 ? 1 : 0
    row[first + 6] = 1 / Float(ticks - tick)
    row[columns[.traffic]] = season[tick]
    row[columns[.trafficAfter]] = Float(ticks) * trafficLeft[tick + 1]
    row[columns[.timeLeft]] = trafficLeft[tick]
  }

  func season(_ tick: Int) -> Float { season[tick] }
  func trafficLeft(_ tick: Int) -> Float { trafficLeft[tick] }
}

/// What does not change of a channel within an episode: its units, and the traits that tell it from others.
///
/// The gain unit of an auction channel is what winning every auction of an average tick would bring at factor 1; its cost
/// unit what that would cost. A response channel's are its ceiling and its highest spend.
struct ChannelTraits {
  static let featureNames =
    (1...4).map { "gain_at_\($0)_4" } + (1...4).map { "cost_at_\($0)_4" }
    + ["fatigue", "retention", "is_response"]

  let model: ChannelModel
  /// At factor 1.
  let gainUnit, costUnit: Float
  /// The clicks that a gain of one unit is expected to bring, at click rates of factor 1; 0 of a response channel.
  let observations: Float
  let fatigue: Float
  /// What wins take of later gains; nil where no audience tires.
  let fatigueOutlook: FatigueOutlook?

  init(_ model: ChannelModel, _ channel: MediaChannel, market: Market) {
    self.model = model
    fatigueOutlook = FatigueOutlook(model, season: market.season.map { Float($0) })
    switch channel.kind {
    case .auction(let auction):
      let mean = Float(auction.landscape.priceSum.last ?? 1)
      gainUnit = Float(auction.volume * auction.clickRate * auction.conversionRate) * model.outcomeValue
      costUnit = Float(auction.volume * auction.priceUnit) * mean
      observations = Float(auction.volume * auction.clickRate)
      fatigue = Float(auction.fatigue.map { $0.strength * auction.volume / $0.reach } ?? 0)
    case .response(let response):
      gainUnit = Float(response.saturation.maximum) * model.outcomeValue
      costUnit = max(Float(channel.levels.last ?? 0), 1e-9)
      observations = 0
      fatigue = 0
    }
  }

  /// Writes the traits behind a row's forecasts, which they read at four places of the ladder.
  @inline(__always) func write(
    into row: UnsafeMutablePointer<Float>, at first: Int, columns: ChannelColumns, traffic: Float
  ) {
    let (gains, costs) = (columns.gains.lowerBound, columns.costs.lowerBound)
    let scale = 1 / max(traffic, 1e-6)
    for quarter in 1...4 {
      let level = ((model.count - 1) * quarter + 2) / 4
      row[first + quarter - 1] = min(row[gains + level] * scale, 10)
      row[first + quarter + 3] = min(row[costs + level] * scale, 10)
    }
    row[first + 8] = fatigue
    row[first + 9] = model.retention
    row[first + 10] = model.response == nil ? 0 : 1
  }

  /// Closes the levels beyond the ladder.
  @inline(__always) func close(_ row: UnsafeMutablePointer<Float>, columns: ChannelColumns) {
    for level in model.count..<max(columns.levels, model.count) {
      row[columns.gains.lowerBound + level] = ChannelColumns.closed
      row[columns.costs.lowerBound + level] = 0
      row[columns.worths.lowerBound + level] = 0
    }
  }
}
