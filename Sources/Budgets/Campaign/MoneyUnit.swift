import Foundation

/// The unit in which a campaign counts money: a micro-unit of the currency, or a power of two of its parts.
///
/// Counts are whole, so sums are exact: of every amount with at most six decimals, and of the simulator's amounts, which
/// are multiples of a power of two and of this unit as well.
struct MoneyUnit: Codable, Sendable, Equatable {
  /// Units of one micro-unit of the currency.
  private let perMicro: Double
  /// The money quantum of the market's simulation, in units: a whole number.
  let quantum: Int64

  /// The largest number of units that a campaign may have.
  static let largestCount = Int64(1) << 60

  /// The unit of a market's campaigns.
  init(_ market: Market) {
    // A power of two is a whole number of parts of 10⁻⁶ once it is 2⁻⁶ of them or more: 2⁻⁶ = 15,625 · 10⁻⁶.
    let exponent = Int(market.moneyQuantum.exponent)
    perMicro = pow(2, Double(max(-exponent - 6, 0)))
    quantum = Int64((Double(market.moneyQuantum) * 1e6 * perMicro).rounded())
  }

  /// The nearest number of units of an amount; nil where that is no number or too large a one.
  func count(of amount: Double) -> Int64? {
    let count = (amount * 1e6 * perMicro).rounded()
    guard abs(count) <= Double(Self.largestCount) else { return nil }
    return Int64(count)
  }

  /// The amount of so many units.
  func amount(of count: Int64) -> Double { Double(count) / (1e6 * perMicro) }
}
