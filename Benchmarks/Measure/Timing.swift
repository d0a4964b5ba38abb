import Foundation

/// The median seconds of a call, over groups of calls that fill about `budget` seconds after a warm-up, which outlasts
/// the spinning of OpenBLAS's threads after a program's start.
func seconds(budget: Double = 1, warmUp: Double = 0.3, _ body: () -> Void) -> Double {
  func time(_ calls: Int) -> Double {
    let start = ContinuousClock.now
    for _ in 0..<calls { body() }
    return start.duration(to: .now) / .seconds(1)
  }
  let start = ContinuousClock.now
  while start.duration(to: .now) < .seconds(warmUp) { body() }
  let groups = 7
  let calls = max(1, Int(budget / Double(groups) / max(time(3) / 3, 1e-8)))
  return (0..<groups).map { _ in time(calls) }.sorted()[groups / 2] / Double(calls)
}

/// Prints what was measured as a line of JSON.
func show(_ measured: [String: Double]) throws {
  print(String(decoding: try JSONEncoder().encode(measured), as: UTF8.self))
}
