import CKernels
import LinearAlgebra

/// One channel made ready for the kernels: tables as float pointers that live as long as the value's owner.
final class CompiledChannel {
  /// Philox blocks per tick: drift and noise take four words; wins, clicks and conversions three more.
  let blocksPerTick: Int
  let ladder: [Float]
  private let levels: Matrix
  private let dynamics: Dynamics

  private enum Dynamics {
    case auction(AuctionDynamics)
    case response(ResponseDynamics)
  }

  init(_ channel: Channel) {
    ladder = channel.levels.map { Float($0) }
    levels = Matrix(rows: 1, columns: ladder.count, ladder)
    switch channel.kind {
    case .auction(let auction):
      dynamics = .auction(AuctionDynamics(auction))
      blocksPerTick = 2
    case .response(let response):
      dynamics = .response(ResponseDynamics(response))
      blocksPerTick = 1
    }
  }

  func resetCarryOver(lanes: Int) {
    if case .response(let response) = dynamics { response.resetHistory(lanes: lanes) }
  }

  func copyCarryOver(from other: CompiledChannel) {
    if case .response(let own) = dynamics, case .response(let others) = other.dynamics {
      own.copyHistory(from: others)
    }
  }

  /// Writes the wins and spend that the channel wants, before the budget stops it.
  func offer(
    levels chosen: UnsafePointer<Int32>, stride: Int, season: Float, draws: MatrixView,
    simulation: MarketSimulation, channel: Int
  ) {
    switch dynamics {
    case .auction(let auction):
      auction.offer(
        bids: levels.pointer, levels: chosen, stride: stride, season: season, draws: draws,
        simulation: simulation, channel: channel)
    case .response:
      ck_response_offer(
        levels.pointer, chosen, stride, simulation.values(.spend, channel), simulation.laneCount)
    }
  }

  /// Draws what the money led to, and carries exposure or adstock on.
  func settle(
    season: Float, draws: MatrixView, simulation: MarketSimulation, channel: Int,
    scratch: UnsafeMutablePointer<Float>
  ) {
    switch dynamics {
    case .auction(let auction):
      auction.settle(draws: draws, simulation: simulation, channel: channel, scratch: scratch)
    case .response(let response):
      response.settle(season: season, draws: draws, simulation: simulation, channel: channel)
    }
  }
}

/// Landscape tables and rates of an auction channel.
private final class AuctionDynamics {
  let channel: AuctionChannel
  let table: Matrix

  init(_ channel: AuctionChannel) {
    self.channel = channel
    let landscape = channel.landscape
    table = Matrix(
      rows: landscape.winShare.count, columns: 4,
      landscape.winShare.indices.flatMap {
        [landscape.winShare[$0], 0, landscape.priceSum[$0], landscape.priceSquares[$0]]
      })
  }

  func offer(
    bids: UnsafePointer<Float>, levels: UnsafePointer<Int32>, stride: Int, season: Float,
    draws: MatrixView,
    simulation: MarketSimulation, channel index: Int
  ) {
    var auction = ck_auction(
      landscape: table.pointer, bids: bids,
      volume: Float(channel.volume) * season, price_unit: Float(channel.priceUnit),
      first_price: channel.pricing == .firstPrice ? 1 : 0)
    ck_auction_offer(
      &auction, levels, stride, simulation.values(.price, index), simulation.values(.volume, index),
      draws.row(4), draws.row(3), simulation.values(.wins, index), simulation.values(.spend, index),
      simulation.laneCount)
  }

  func settle(
    draws: MatrixView, simulation: MarketSimulation, channel index: Int,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let fatigue = channel.fatigue
    ck_auction_outcome(
      simulation.values(.wins, index), simulation.values(.response, index),
      simulation.values(.conversionShift, index), draws.row(5), draws.row(6), Float(channel.clickRate),
      Float(channel.conversionRate), Float(fatigue?.strength ?? 0), Float(fatigue?.retention ?? 0),
      Float(fatigue.map { 1 / $0.reach } ?? 0), simulation.values(.carryOver, index),
      simulation.values(.clicks, index), simulation.values(.outcome, index),
      simulation.values(.expectedOutcome, index), scratch, simulation.laneCount)
  }
}

/// Adstock and saturation of a response channel.
private final class ResponseDynamics {
  let channel: ResponseChannel
  /// Weights of this tick's spend and of the ticks before; geometric adstock keeps a running stock instead.
  let weights: [Float]
  private var history: [Float] = []
  private var age = 0

  init(_ channel: ResponseChannel) {
    self.channel = channel
    weights = channel.adstock.weights?.map { Float($0) } ?? []
  }

  func resetHistory(lanes: Int) {
    history = [Float](repeating: 0, count: weights.count * lanes)
    age = 0
  }

  func copyHistory(from other: ResponseDynamics) {
    history = other.history
    age = other.age
  }

  func settle(season: Float, draws: MatrixView, simulation: MarketSimulation, channel index: Int) {
    let lanes = simulation.laneCount
    let spend = simulation.values(.spend, index)
    let stock = simulation.values(.carryOver, index)
    updateStock(spend: spend, stock: stock, lanes: lanes)
    ck_response_outcome(
      stock, simulation.values(.response, index), draws.row(3), Float(channel.saturation.maximum) * season,
      Float(channel.saturation.halfSaturation), Float(channel.saturation.slope), Float(channel.noise),
      simulation.values(.outcome, index), simulation.values(.expectedOutcome, index), lanes)
  }

  private func updateStock(spend: UnsafePointer<Float>, stock: UnsafeMutablePointer<Float>, lanes: Int) {
    guard !weights.isEmpty else {
      let retention = Float(channel.adstock.retention)
      for lane in 0..<lanes { stock[lane] = retention * stock[lane] + spend[lane] }
      return
    }
    let newest = age % weights.count
    history.withUnsafeMutableBufferPointer { history in
      for lane in 0..<lanes {
        history[newest * lanes + lane] = spend[lane]
        var sum: Float = 0
        for lag in 0..<min(age + 1, weights.count) {
          sum += weights[lag] * history[(age - lag) % weights.count * lanes + lane]
        }
        stock[lane] = sum
      }
    }
    age += 1
  }
}
