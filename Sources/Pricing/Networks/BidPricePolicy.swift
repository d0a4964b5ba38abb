import Dispatch
import LinearAlgebra
import NeuralNetworks

/// A bid-price policy of a network: a request is taken where its fare covers what the units it needs are worth, by a
/// Lagrangian relaxation and, where there is one, a network that corrects it.
public struct BidPricePolicy: Sendable {
  /// What the relaxation knows.
  public let prices: CapacityPrices
  /// The correction, in units of what a product's resources earn on average; nil for the relaxation alone.
  public let network: DenseNetwork?

  /// Creates a policy.
  public init(prices: CapacityPrices, network: DenseNetwork? = nil) {
    precondition(
      network?.inputs ?? Self.columns(prices) == Self.columns(prices),
      "The network does not read the descriptions of this problem's requests.")
    self.prices = prices
    self.network = network
  }

  /// The length of a request's description.
  static func columns(_ prices: CapacityPrices) -> Int { RequestDescription(prices: prices).columns }

  /// Plays seasons and says what each has earned.
  ///
  /// - Parameters:
  ///   - seasons: how many.
  ///   - seed: decides the requests; evaluation uses seeds from 2^63 on.
  public func revenues(seasons: Int, seed: UInt64) -> [Double] {
    Self.play(self, seasons: seasons, seed: seed, forks: 0).flatMap(\.revenues)
  }

  /// Plays seasons in blocks of lanes; results do not depend on the number of threads.
  package static func play(_ policy: BidPricePolicy, seasons: Int, seed: UInt64, forks: Int) -> [SeasonLanes]
  {
    let size = 64
    let blocks = stride(from: 0, to: seasons, by: size).map { first in
      UncheckedLanes(
        SeasonLanes(
          policy.prices, network: policy.network, lanes: first..<min(first + size, seasons), seed: seed,
          forks: forks))
    }
    DispatchQueue.concurrentPerform(iterations: blocks.count) { blocks[$0].lanes.play() }
    return blocks.map(\.lanes)
  }
}

/// Lanes that one thread plays.
private struct UncheckedLanes: @unchecked Sendable {
  let lanes: SeasonLanes

  init(_ lanes: SeasonLanes) { self.lanes = lanes }
}
