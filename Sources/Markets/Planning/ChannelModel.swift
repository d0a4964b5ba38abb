import CKernels
import Foundation
import LinearAlgebra

/// What a planner knows of a channel before the episode: its tables, rates and carry-over, in single precision.
final class ChannelModel {
  let count: Int
  let auction: AuctionChannel?
  let response: ResponseChannel?
  /// Objective gained per outcome.
  let outcomeValue: Float
  /// Share of exposure or stock kept per tick.
  let retention: Float
  private let tables: Matrix

  init(_ channel: Channel, objective: Objective) {
    count = channel.levels.count
    let ladder = channel.levels.map { Float($0) }
    switch channel.kind {
    case .auction(let auction):
      self.auction = auction
      response = nil
      outcomeValue = objective == .conversions ? 1 : Float(auction.valuePerConversion)
      retention = Float(auction.fatigue?.retention ?? 0)
      let landscape = auction.landscape
      let width = landscape.winShare.count
      let padding = [Float](repeating: 0, count: max(0, width - ladder.count))
      tables = Matrix(
        rows: 3, columns: width, ladder + padding + landscape.winShare + landscape.priceSum)
    case .response(let response):
      self.response = response
      auction = nil
      outcomeValue = objective == .conversions ? 1 : Float(response.valuePerOutcome)
      retention = Float(response.adstock.equivalentRetention)
      tables = Matrix(rows: 1, columns: ladder.count, ladder)
    }
  }

  /// The bids or spends by level.
  var ladder: UnsafeMutablePointer<Float> { tables.pointer }

  /// Per bid, the share of auctions won and the money paid per auction entered, at a log price factor.
  func auctionLadder(
    _ auction: AuctionChannel, price: Float, won: UnsafeMutablePointer<Float>, paid: UnsafeMutablePointer<Float>
  ) {
    ck_auction_ladder(
      tables.view.row(1), tables.view.row(2), ladder, count, price, Float(auction.priceUnit),
      auction.pricing == .firstPrice ? 1 : 0, won, paid)
  }

  /// The share of auctions won by a bid, and the mean price of a win in price steps, at a log price factor.
  func auctionPoint(_ auction: AuctionChannel, level: Int, price: Float) -> (won: Float, paidPerWin: Float) {
    var won: Float = 0
    var paid: Float = 0
    ck_auction_ladder(
      tables.view.row(1), tables.view.row(2), ladder + level, 1, price, 1,
      auction.pricing == .firstPrice ? 1 : 0, &won, &paid)
    return (won, won > 0 ? paid / won : 0)
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
