/// What a market's description says of, and a campaign may find otherwise.
public enum MarketFactor: Int, CaseIterable, Sendable {
  /// Auctions to be won.
  case volume
  /// What wins cost.
  case price
  /// Clicks of a win; of a response channel, the outcome of its stock.
  case response
  /// Conversions of a click.
  case conversion
}

extension Market {
  /// The standard deviations of a factor's logarithm between campaigns and, by drift, within one.
  package func deviations(of factor: MarketFactor) -> (between: Double, within: Double) {
    switch factor {
    case .volume: (randomization.volume, drift.volume)
    case .price: (randomization.price, drift.price)
    case .response: (randomization.response, drift.response)
    case .conversion: (randomization.conversion, 0)
    }
  }

  /// Their squares.
  func variances(of factor: MarketFactor) -> (between: Double, within: Double) {
    let (between, within) = deviations(of: factor)
    return (between * between, within * within)
  }
}
