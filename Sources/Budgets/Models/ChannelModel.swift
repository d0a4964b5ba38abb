import CKernels
import Foundation
import LinearAlgebra

/// What a planner knows of a channel before the episode: its tables, rates and carry-over, in single precision.
///
/// It never changes once it is made, so planners of one market share it.
final class ChannelModel: Sendable {
  let count: Int
  let auction: AuctionModel?
  let response: ResponseModel?
  /// What a response channel can still bring.
  let values: ResponseValues?
  /// What a response channel's curve may be; nil where it is known, or taken to be.
  let curves: CurveSet?
  /// Objective gained per outcome.
  let outcomeValue: Float
  /// Share of exposure or stock kept per tick.
  let retention: Float
  private let tables: Matrix

  /// - Parameter weighsCurves: whether the curves that a response channel may have are told apart.
  init(_ channel: MediaChannel, market: Market, weighsCurves: Bool = false) {
    count = channel.levels.count
    let outcomeValue = Float(channel.objectiveValue(market.objective))
    self.outcomeValue = outcomeValue
    let ladder = channel.levels.map { Float($0) }
    switch channel.kind {
    case .auction(let auction):
      self.auction = AuctionModel(auction)
      response = nil
      values = nil
      curves = nil
      retention = Float(auction.fatigue?.retention ?? 0)
      let landscape = auction.landscape
      let width = max(landscape.winShare.count, count)
      func row(_ values: [Float]) -> [Float] { values + [Float](repeating: 0, count: width - values.count) }
      tables = Matrix(
        rows: 3, columns: width, row(ladder) + row(landscape.winShare) + row(landscape.priceSum))
    case .response(let response):
      auction = nil
      let model = ResponseModel(response)
      let retention = Float(response.adstock.equivalentRetention)
      self.response = model
      self.retention = retention
      let weights = market.season.map { Float($0) * model.maximum * outcomeValue }
      values = ResponseValues(model, ladder: ladder, retention: retention, weights: weights)
      curves =
        weighsCurves && !response.curves.isEmpty
        ? CurveSet(response, ladder: ladder, weights: weights) : nil
      tables = Matrix(rows: 1, columns: count, ladder)
    }
  }

  /// The bids or spends by level.
  var ladder: UnsafeMutablePointer<Float> { tables.pointer }

  /// Per bid, the share of auctions won and the money paid per auction entered, at a log price factor.
  func auctionLadder(
    _ auction: AuctionModel, price: Float, won: UnsafeMutablePointer<Float>, paid: UnsafeMutablePointer<Float>
  ) {
    ck_auction_ladder(
      tables.view.row(1), tables.view.row(2), ladder, count, price, auction.priceUnit,
      auction.paysBid ? 1 : 0, won, paid)
  }

  /// Per bid, the objective gained when the audience tires of what it has seen and of what this bid adds.
  func auctionGains(
    _ won: UnsafePointer<Float>, scale: Float, strength: Float, carried: Float, selfPush: Float,
    gain: UnsafeMutablePointer<Float>
  ) {
    ck_auction_gains(won, count, scale, strength, carried, selfPush, gain)
  }

  /// The share of auctions won by a bid, and the mean price of a win in price steps, at a log price factor.
  func auctionPoint(_ auction: AuctionModel, bid: Float, price: Float) -> (won: Float, paidPerWin: Float) {
    var bid = bid
    var won: Float = 0
    var paid: Float = 0
    ck_auction_ladder(
      tables.view.row(1), tables.view.row(2), &bid, 1, price, 1, auction.paysBid ? 1 : 0, &won,
      &paid)
    return (won, won > 0 ? paid / won : 0)
  }

  /// The derivative of an auction channel's gain in a period by the exposure at its start.
  func carryOverSlope(gained: Float, build: PeriodDecay) -> Float {
    guard let auction else { return 0 }
    return -auction.fatigueStrength * build.mean * gained
  }
}

extension Market {
  /// What a planner knows of the channels that takes every curve for the typical one.
  var channelModels: [ChannelModel] { channels.map { ChannelModel($0, market: self) } }
  /// The same of one that tells the curves apart which channels may have; where none has any, there is no difference.
  var weighedModels: [ChannelModel] {
    channels.map { ChannelModel($0, market: self, weighsCurves: true) }
  }
}

/// The numbers of an auction channel that planning reads in its inner loops.
struct AuctionModel {
  let volume, priceUnit, clickRate, conversionRate, fatigueStrength, inverseReach: Float
  let paysBid: Bool

  init(_ channel: AuctionChannel) {
    volume = Float(channel.volume)
    priceUnit = Float(channel.priceUnit)
    clickRate = Float(channel.clickRate)
    conversionRate = Float(channel.conversionRate)
    fatigueStrength = Float(channel.fatigue?.strength ?? 0)
    inverseReach = Float(channel.fatigue.map { 1 / $0.reach } ?? 0)
    paysBid = channel.pricing == .firstPrice
  }

  /// Conversions per win at factor 1 and no exposure.
  var conversionsPerWin: Float { clickRate * conversionRate }
}

/// The numbers of a response channel that planning reads in its inner loops.
struct ResponseModel {
  let maximum, halfSaturation, slope, noise, stockGain: Float

  init(_ channel: ResponseChannel) {
    maximum = Float(channel.saturation.maximum)
    halfSaturation = Float(channel.saturation.halfSaturation)
    slope = Float(channel.saturation.slope)
    noise = Float(channel.noise)
    stockGain = Float(channel.adstock.equivalentGain)
  }

  /// Hill's curve stock^slope / (stock^slope + half^slope).
  func saturation(_ stock: Float) -> Float {
    stock > 0 ? 1 / (1 + pow(halfSaturation / stock, slope)) : 0
  }
}

extension Adstock {
  /// The retention of the geometric adstock that has the same mean lag: all that a planner keeps of the shape.
  var equivalentRetention: Double {
    guard let weights else { return retention }
    let total = weights.reduce(0, +)
    let lag = zip(weights.indices, weights).reduce(0) { $0 + Double($1.0) * $1.1 } / max(total, 1e-12)
    return lag / (1 + lag)
  }

  /// What a unit of steady spend keeps as stock, over what the equivalent geometric adstock would keep.
  var equivalentGain: Double {
    guard let weights else { return 1 }
    return weights.reduce(0, +) * (1 - equivalentRetention)
  }
}
