/// The median seconds of a call, over groups of calls that fill about `budget` seconds after a warm-up.
///
/// - Parameters:
///   - budget: the seconds of all groups together.
///   - warmUp: the seconds of calls before them; they outlast the spinning of OpenBLAS's threads after what those did last.
public func medianSeconds(budget: Double = 1, warmUp: Double = 0.3, _ body: () -> Void) -> Double {
  func time(_ calls: Int) -> Double {
    let start = ContinuousClock.now
    for _ in 0..<calls { body() }
    return start.duration(to: .now) / .seconds(1)
  }
  let start = ContinuousClock.now
  repeat { body() } while start.duration(to: .now) < .seconds(min(warmUp, budget))
  let groups = 7
  let calls = max(1, Int(budget / Double(groups) / max(time(1), 1e-9)))
  return (0..<groups).map { _ in time(calls) }.sorted()[groups / 2] / Double(calls)
}

/// The seconds of single calls, ascending, over about `budget` seconds and at least a hundred calls.
public func sortedSeconds(budget: Double, _ body: () -> Void) -> [Double] {
  for _ in 0..<10 { body() }
  var samples: [Double] = []
  let whole = ContinuousClock.now
  while samples.count < 100 || (whole.duration(to: .now) < .seconds(budget) && samples.count < 100_000) {
    let start = ContinuousClock.now
    body()
    samples.append(start.duration(to: .now) / .seconds(1))
  }
  return samples.sorted()
}
