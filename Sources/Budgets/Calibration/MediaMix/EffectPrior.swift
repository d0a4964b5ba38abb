/// What is expected of media before the outcome is seen.
///
/// The share of the outcome that a channel brings is 0 with a chance of `chanceOfNothing`, else half-normal. Weekly sums tell
/// a steady effect of media from the level of the outcome badly, so effects need a scale: the deviations of the channels add
/// up to `mediaShare`. They follow the money: four fifths in proportion to it, a fifth in proportion to its root, for
/// small channels are mostly the better ones, but not a hundred times better. A channel that the fitted ticks do not know is
/// expected to return what the others do: its deviation is its share of the money. Long histories outweigh all of it.
struct EffectPrior: Sendable {
  /// By driver: the deviation of the share of the outcome.
  let deviations: [Double]
  /// The chance that a channel brings nothing (George and McCulloch, 1993).
  let chanceOfNothing = 0.1

  init(_ history: MediaHistory, mediaShare: Double, rows: Int) {
    let money = history.spends.map { $0.values.reduce(0, +) }
    let total = money.reduce(0, +)
    let roots = money.reduce(0) { $0 + $1.squareRoot() }
    let channels = zip(history.drivers, money).map { driver, money in
      let isSeen = driver.values[..<rows].contains { $0 > 0 }
      return mediaShare * (isSeen ? 0.8 * money / total + 0.2 * money.squareRoot() / roots : money / total)
    }
    // What costs no money may bring what a channel of middling money does.
    deviations =
      channels
      + history.organic.map { _ in mediaShare / Double(2 * (history.spends.count + history.organic.count)) }
  }
}
