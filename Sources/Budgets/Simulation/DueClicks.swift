/// As how many clicks those count whose conversions should be reported in a tick, tick after tick: all of the tick's own where
/// there is no delay.
struct DueClicks {
  private let queue: ReportQueue?

  init(_ delay: ReportingDelay?) {
    queue = delay.map { ReportQueue($0, lanes: 1) }
    queue?.restart()
  }

  /// Adds a tick's clicks, and says how many are due in it.
  mutating func add(_ clicks: Double) -> Double {
    guard let queue else { return clicks }
    var (made, reported) = (Float(clicks), Float(0))
    queue.expectReports(of: &made, into: &reported)
    return Double(reported)
  }
}
