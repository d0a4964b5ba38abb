/// What is expected of media before the outcome is seen.
///
/// The share of the outcome that a channel brings is half-normal. Weekly sums tell a steady effect of media from the level of
/// the outcome badly, so effects need a scale: the deviations of the channels add up to `mediaShare`, half of it split evenly
/// and half by money. Long histories outweigh it.
struct EffectPrior: Sendable {
  /// By channel: the deviation of the share of the outcome.
  let deviations: [Double]

  init(_ history: MediaHistory, mediaShare: Double) {
    let money = history.spends.map { $0.values.reduce(0, +) }
    let total = money.reduce(0, +)
    deviations = money.map { mediaShare * 0.5 * ($0 / total + 1 / Double(money.count)) }
  }
}
