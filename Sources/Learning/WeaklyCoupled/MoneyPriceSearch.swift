#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The search for the price of money at which the money left is expected to be spent.
///
/// Spend to go is known on a grid of log prices. It should fall as the price rises; where the network says otherwise, the
/// smallest so far stands. Between two points spend's logarithm is taken to be straight.
package struct MoneyPriceSearch: Sendable, Equatable {
  /// The log prices of an episode's first search, relative to the middle of the prices met in training.
  package static let opening: [Float] = (0..<21).map { 3.5 * (Float($0) / 10 - 1) }
  /// The log prices of any later search, relative to the last price found.
  package static let following: [Float] = (0..<7).map { 0.6 * (Float($0) / 3 - 1) }

  /// The points of a later search that are tried first: a price seldom moves further in a step.
  package static let middle = 2..<5

  /// The offset at which spend equals the money; the lowest where all spend less, the highest where all spend more.
  ///
  /// - Parameters:
  ///   - offsets: ascending log prices.
  ///   - spends: what is expected to be spent at each; made to fall in place.
  ///   - money: what is left.
  package static func offset(
    _ offsets: ArraySlice<Float>, spends: UnsafeMutablePointer<Float>, money: Float
  ) -> Float {
    let (count, first) = (offsets.count, offsets.startIndex)
    for index in 1..<count { spends[index] = min(spends[index], spends[index - 1]) }
    guard spends[0] > money else { return offsets[first] }
    guard let above = (1..<count).first(where: { spends[$0] <= money }) else {
      return offsets[first + count - 1]
    }
    let (high, low) = (spends[above - 1], max(spends[above], 1e-30))
    let fraction = money > low ? log(high / money) / log(high / low) : 1
    let (left, right) = (offsets[first + above - 1], offsets[first + above])
    return left + fraction * (right - left)
  }
}
