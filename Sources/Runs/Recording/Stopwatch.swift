/// The time since a moment.
package struct Stopwatch {
  private let start = ContinuousClock.now

  package init() {}

  /// Seconds since the start, above zero.
  package var seconds: Double { max(start.duration(to: .now) / .seconds(1), 1e-9) }
}
