/// How long a piece of work takes.
enum Timing {
  /// The median seconds of a call, over groups of calls that fill about `budget` seconds after a warm-up, which outlasts
  /// the spinning of OpenBLAS's threads after what they did before.
  static func seconds(budget: Double, _ body: () -> Void) -> Double {
    let warmUp = Stopwatch()
    repeat { body() } while warmUp.seconds < min(0.3, budget)
    let once = Stopwatch()
    body()
    let groups = 7
    let callsPerGroup = max(1, Int(budget / Double(groups) / once.seconds))
    let means = (0..<groups).map { _ in
      let watch = Stopwatch()
      for _ in 0..<callsPerGroup { body() }
      return watch.seconds / Double(callsPerGroup)
    }
    return means.sorted()[groups / 2]
  }

  /// The seconds of single calls, sorted, over about `budget` seconds and at least a hundred calls.
  static func sortedSamples(budget: Double, _ body: () -> Void) -> [Double] {
    for _ in 0..<10 { body() }
    var samples: [Double] = []
    let whole = Stopwatch()
    while samples.count < 100 || (whole.seconds < budget && samples.count < 100_000) {
      let watch = Stopwatch()
      body()
      samples.append(watch.seconds)
    }
    return samples.sorted()
  }
}
