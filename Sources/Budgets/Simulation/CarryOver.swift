import CKernels
import LinearAlgebra

/// What one channel carries from tick to tick in a range of lanes, as follows from its own wins, spends and clicks: the exposure
/// of its audience, or the stock of its money by the adstock that the market describes; and clicks whose conversions are still
/// to be reported.
final class CarryOver {
  private enum Kind {
    case exposure(retention: Float, inverseReach: Float)
    case stock(LaneAdstock)
  }

  private let kind: Kind
  /// Clicks whose conversions are still to be reported; nil where none ever are.
  private let clicks: ReportQueue?
  private let lanes: Int

  /// - Parameter delay: how late conversions are thought to be reported.
  init(_ channel: MediaChannel, delay: ReportingDelay?, lanes: Int) {
    self.lanes = lanes
    switch channel.kind {
    case .auction(let auction):
      kind = .exposure(
        retention: Float(auction.fatigue?.retention ?? 0),
        inverseReach: Float(auction.fatigue.map { 1 / $0.reach } ?? 0))
    case .response(let response): kind = .stock(LaneAdstock([response.adstock], lanes: lanes))
    }
    clicks = delay.map { ReportQueue($0, lanes: lanes) }
  }

  /// Begins with nothing carried over.
  func restart(_ carried: UnsafeMutablePointer<Float>) {
    carried.update(repeating: 0, count: lanes)
    if case .stock(let adstock) = kind { adstock.restart() }
    clicks?.restart()
  }

  func copy(from other: CarryOver) {
    if case .stock(let own) = kind, case .stock(let others) = other.kind { own.copy(from: others) }
    if let clicks, let others = other.clicks { clicks.copy(from: others) }
  }

  /// Carries a tick's wins and spends on; `carried` has what was carried into the tick.
  func add(
    wins: UnsafePointer<Float>, spend: UnsafePointer<Float>, into carried: UnsafeMutablePointer<Float>
  ) {
    switch kind {
    case .exposure(let retention, let inverseReach):
      ck_carry_exposure(wins, retention, inverseReach, carried, lanes)
    case .stock(let adstock):
      adstock.add(spend)
      carried.update(from: adstock.stock, count: lanes)
    }
  }

  /// Carries a tick's clicks on, and writes as how many they count whose conversions should be reported in the tick: all of the
  /// tick's own where there is no delay.
  func add(clicks made: UnsafePointer<Float>, due: UnsafeMutablePointer<Float>) {
    if let clicks { clicks.expectReports(of: made, into: due) } else { due.update(from: made, count: lanes) }
  }

  /// What is kept beside the carry-over itself; of one lane.
  var memory: [Float] {
    get { if case .stock(let adstock) = kind { adstock.memory } else { clicks?.memory ?? [] } }
    set {
      if case .stock(let adstock) = kind { adstock.memory = newValue } else { clicks?.memory = newValue }
    }
  }
}
