import CKernels
import LinearAlgebra

/// What one channel carries from tick to tick in a range of lanes, as follows from its own wins and spends: the exposure of
/// its audience, or the stock of its money by the adstock that the market describes.
final class CarryOver {
  private enum Kind {
    case exposure(retention: Float, inverseReach: Float)
    case stock(LaneAdstock)
  }

  private let kind: Kind
  private let lanes: Int

  init(_ channel: MediaChannel, lanes: Int) {
    self.lanes = lanes
    switch channel.kind {
    case .auction(let auction):
      kind = .exposure(
        retention: Float(auction.fatigue?.retention ?? 0),
        inverseReach: Float(auction.fatigue.map { 1 / $0.reach } ?? 0))
    case .response(let response): kind = .stock(LaneAdstock([response.adstock], lanes: lanes))
    }
  }

  /// Begins with nothing carried over.
  func restart(_ carried: UnsafeMutablePointer<Float>) {
    carried.update(repeating: 0, count: lanes)
    if case .stock(let adstock) = kind { adstock.restart() }
  }

  func copy(from other: CarryOver) {
    if case .stock(let own) = kind, case .stock(let others) = other.kind { own.copy(from: others) }
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

  /// What is kept beside the carry-over itself; of one lane.
  var memory: [Float] {
    get { if case .stock(let adstock) = kind { adstock.memory } else { [] } }
    set { if case .stock(let adstock) = kind { adstock.memory = newValue } }
  }
}
