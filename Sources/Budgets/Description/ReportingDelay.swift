/// How late a console reports the conversions of an auction channel.
///
/// A conversion belongs to the tick of its click, in which it was paid for; the console shows it in the tick in which it is
/// reported, which may lie after the end. Delays are independent of each other and of all else.
public enum ReportingDelay: Sendable, Equatable {
  /// The same chance of being reported in every tick, the first included: that many ticks on average.
  case geometric(mean: Double)
  /// The share that is reported in the tick of the click, in the next, and so on; they sum to 1.
  case shares([Double])

  /// The most ticks that a table of shares may span.
  package static let longest = 100

  /// The mean number of ticks between click and report.
  public var mean: Double {
    switch self {
    case .geometric(let mean): mean
    case .shares(let shares): shares.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
    }
  }

  /// By the ticks since the click: the chance that what was not reported before is reported in that tick. The last holds for
  /// all ticks after it.
  var hazards: [Double] {
    switch self {
    case .geometric(let mean): return [1 / (1 + mean)]
    case .shares(let shares):
      var left = 1.0
      let hazards = shares.map { share in
        let hazard = left > 0 ? min(share / left, 1) : 1
        left -= share
        return hazard
      }
      return hazards.dropLast() + [1]
    }
  }
}

extension MediaChannel {
  /// How late the console reports conversions; nil where it never is.
  var delay: ReportingDelay? { if case .auction(let auction) = kind { auction.delay } else { nil } }
}

extension Market {
  /// Whether a console reports conversions late.
  var isReportedLate: Bool { channels.contains { $0.delay != nil } }
}
