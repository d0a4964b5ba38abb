import CKernels
import Foundation
import LinearAlgebra

/// One channel made ready for the kernels: tables as float pointers that live as long as the value's owner.
final class CompiledChannel {
  /// Philox blocks per tick: drift and noise take four words; wins, clicks and conversions three more.
  let blocksPerTick: Int
  let ladder: [Float]
  private let levels: Matrix
  private let dynamics: Dynamics
  private let carryOver: CarryOver
  /// Conversions that are still to be reported; nil where all are at once.
  private let reports: ReportQueue?

  private enum Dynamics {
    case auction(AuctionDynamics)
    case response(ResponseDynamics)
  }

  /// Prepares a channel of some lanes.
  ///
  /// - Parameters:
  ///   - expectedDelay: how late its advertiser thinks that conversions are reported.
  ///   - variants: what it may be instead in an episode, all of them response channels as it is.
  init(
    _ channel: MediaChannel, lanes: Int, expectedDelay: ReportingDelay?, variants: [ResponseChannel] = []
  ) {
    ladder = channel.levels.map { Float($0) }
    carryOver = CarryOver(channel, delay: expectedDelay, lanes: lanes)
    levels = Matrix(rows: 1, columns: ladder.count, ladder)
    switch channel.kind {
    case .auction(let auction):
      dynamics = .auction(AuctionDynamics(auction))
      reports = auction.delay.map { ReportQueue($0, lanes: lanes) }
      blocksPerTick = 2
    case .response(let response):
      dynamics = .response(ResponseDynamics(response, lanes: lanes, variants: variants))
      reports = nil
      blocksPerTick = 1
    }
  }

  /// Begins an episode with nothing carried over; where there are variants, each lane plays that of its world.
  ///
  /// - Parameters:
  ///   - shift: lanes: the log response multipliers of the episode, to which a variant's ceiling is added.
  ///   - carried: lanes: the carry-over.
  func startEpisode(
    world: (_ lane: Int) -> Int, shift: UnsafeMutablePointer<Float>, carried: UnsafeMutablePointer<Float>
  ) {
    carryOver.restart(carried)
    reports?.restart()
    if case .response(let response) = dynamics { response.startEpisode(world: world, shift: shift) }
  }

  func copyCarryOver(from other: CompiledChannel) {
    carryOver.copy(from: other.carryOver)
    if let reports, let others = other.reports { reports.copy(from: others) }
    if case .response(let own) = dynamics, case .response(let others) = other.dynamics {
      own.copy(from: others)
    }
  }

  /// Writes the wins and spend that the channel wants, before the budget stops it, and leaves the draws that settle them
  /// where what they lead to will stand.
  func offer(season: Float, draws: MatrixView, simulation: MarketSimulation, channel: Int) {
    switch dynamics {
    case .auction(let auction):
      auction.offer(
        bids: levels.pointer, season: season, draws: draws, simulation: simulation, channel: channel)
    case .response:
      ck_response_offer(
        levels.pointer, simulation.values(.level, channel), simulation.values(.spend, channel),
        simulation.laneCount)
      simulation.values(.outcome, channel).update(from: draws.row(3), count: simulation.laneCount)
    }
  }

  /// Draws what the money led to, and carries exposure or adstock on.
  func settle(
    season: Float, simulation: MarketSimulation, channel: Int, scratch: UnsafeMutablePointer<Float>
  ) {
    let carried = simulation.values(.carryOver, channel)
    func carryOn() {
      carryOver.add(
        wins: simulation.values(.wins, channel), spend: simulation.values(.spend, channel), into: carried)
    }
    switch dynamics {
    case .auction(let auction):
      auction.settle(simulation: simulation, channel: channel, scratch: scratch)
      carryOn()
    case .response(let response):
      carryOn()
      response.settle(season: season, simulation: simulation, channel: channel)
    }
  }

  /// Writes what the console reports of conversions in the tick just settled, and of how many clicks it should.
  func report(_ simulation: MarketSimulation, channel: Int, into rows: ReportRows) {
    carryOver.add(clicks: simulation.values(.clicks, channel), due: rows.due(channel))
    let (made, reported) = (simulation.values(.outcome, channel), rows.reported(channel))
    guard let reports else { return reported.update(from: made, count: simulation.laneCount) }
    let uniforms = rows.uniforms(simulation, channel: channel, count: reports.ages)
    reports.drawReports(of: made, uniforms: uniforms, into: reported)
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
    bids: UnsafePointer<Float>, season: Float, draws: MatrixView, simulation: MarketSimulation,
    channel index: Int
  ) {
    var auction = ck_auction(
      landscape: table.pointer, bids: bids,
      volume: Float(channel.volume) * season, price_unit: Float(channel.priceUnit),
      first_price: channel.pricing == .firstPrice ? 1 : 0)
    ck_auction_offer(
      &auction, simulation.values(.level, index), simulation.values(.price, index),
      simulation.values(.volume, index), draws.row(4), draws.row(3), simulation.values(.wins, index),
      simulation.values(.spend, index), simulation.oneMore, simulation.laneCount)
    simulation.values(.clicks, index).update(from: draws.row(5), count: simulation.laneCount)
    simulation.values(.outcome, index).update(from: draws.row(6), count: simulation.laneCount)
  }

  func settle(simulation: MarketSimulation, channel index: Int, scratch: UnsafeMutablePointer<Float>) {
    ck_auction_outcome(
      simulation.values(.wins, index), simulation.values(.response, index),
      simulation.values(.conversionShift, index), Float(channel.clickRate),
      Float(channel.conversionRate), Float(channel.fatigue?.strength ?? 0),
      simulation.values(.carryOver, index),
      simulation.values(.clicks, index), simulation.values(.outcome, index),
      simulation.values(.expectedOutcome, index), scratch, simulation.laneCount)
  }
}

/// Saturation of a response channel in some lanes, and their adstocks where those differ.
private final class ResponseDynamics {
  private let channel: ResponseChannel
  private let variants: [ResponseChannel]
  private let lanes: Int
  /// The stock that works, where lanes differ; elsewhere it is the carry-over that the advertiser reckons with.
  private let working: LaneAdstock?
  /// Lanes: the logarithm of the half-saturation, then the slope.
  private let shape: Matrix

  init(_ channel: ResponseChannel, lanes: Int, variants: [ResponseChannel]) {
    self.channel = channel
    self.variants = variants
    self.lanes = lanes
    working = variants.isEmpty ? nil : LaneAdstock(variants.map(\.adstock), lanes: lanes)
    shape = Matrix(rows: 2, columns: lanes)
    for lane in 0..<lanes { setShape(channel.saturation, lane: lane) }
  }

  private func setShape(_ saturation: Hill, lane: Int) {
    shape.pointer[lane] = Float(log(saturation.halfSaturation))
    shape.pointer[lanes + lane] = Float(saturation.slope)
  }

  func startEpisode(world: (_ lane: Int) -> Int, shift: UnsafeMutablePointer<Float>) {
    guard let working else { return }
    working.start { variants[world($0)].adstock }
    for lane in 0..<lanes {
      let saturation = variants[world(lane)].saturation
      setShape(saturation, lane: lane)
      shift[lane] += Float(log(max(saturation.maximum, 1e-12) / max(channel.saturation.maximum, 1e-12)))
    }
  }

  func copy(from other: ResponseDynamics) {
    if let working, let others = other.working { working.copy(from: others) }
    shape.pointer.update(from: other.shape.pointer, count: shape.count)
  }

  func settle(season: Float, simulation: MarketSimulation, channel index: Int) {
    working?.add(simulation.values(.spend, index))
    ck_response_outcome(
      working?.stock ?? simulation.values(.carryOver, index), simulation.values(.response, index),
      Float(channel.saturation.maximum) * season, shape.pointer, shape.pointer + lanes, Float(channel.noise),
      simulation.values(.outcome, index), simulation.values(.expectedOutcome, index), lanes)
  }
}
