import LinearAlgebra

/// Statistics of the scores of several training runs on several tasks, a row of runs per task (Agarwal et al., 2021,
/// "Deep reinforcement learning at the edge of the statistical precipice").
///
/// ```swift
/// let scores = ScoreTable([[500, 497.5, 500, 481], [-74, -81, -72.5, -77]])
/// scores.interval { interquartileMean($0.pooled) }
/// ```
public struct ScoreTable: Sendable, Equatable {
  /// Tasks, each with the scores of its runs.
  package let tasks: [[Double]]

  /// Gathers scores; every task needs at least one run.
  public init(_ tasks: [[Double]]) {
    precondition(
      !tasks.isEmpty && tasks.allSatisfy { !$0.isEmpty }, "Statistics need a task, and a run of each.")
    self.tasks = tasks
  }

  /// All scores in one row.
  public var pooled: [Double] { tasks.flatMap { $0 } }

  /// The interval between two percentiles of a statistic over tables whose runs are drawn anew, with replacement, within
  /// each task (the stratified bootstrap).
  ///
  /// - Parameters:
  ///   - level: how much probability the interval holds.
  ///   - resamples: how many tables are drawn.
  ///   - seed: decides the draws.
  ///   - statistic: what to know of a table.
  public func interval(
    level: Double = 0.95, resamples: Int = 2000, seed: UInt64 = 0, of statistic: (ScoreTable) -> Double
  ) -> ClosedRange<Double> {
    precondition(level > 0 && level < 1, "An interval holds a probability between 0 and 1, not \(level).")
    precondition(resamples > 0, "A bootstrap needs at least one resample.")
    var stream = RandomStream(seed: seed, purpose: .bootstrap)
    let statistics = (0..<resamples).map { _ in statistic(resampled(&stream)) }.sorted()
    let tail = (1 - level) / 2
    return quantile(statistics, tail)...quantile(statistics, 1 - tail)
  }

  /// How likely a run of this table is to score higher than one of another on the same task, equals counting half;
  /// the mean over tasks.
  public func probabilityOfImprovement(over other: ScoreTable) -> Double {
    precondition(tasks.count == other.tasks.count, "Both tables need the same tasks.")
    let shares = zip(tasks, other.tasks).map { own, others in
      own.reduce(0.0) { sum, score in
        others.reduce(sum) { $0 + ($1 < score ? 1 : $1 == score ? 0.5 : 0) }
      } / Double(own.count * others.count)
    }
    return shares.reduce(0, +) / Double(shares.count)
  }

  /// The interval of the probability of improvement, the runs of both tables being drawn anew.
  package func probabilityOfImprovementInterval(
    over other: ScoreTable, level: Double = 0.95, resamples: Int = 2000, seed: UInt64 = 0
  ) -> ClosedRange<Double> {
    var stream = RandomStream(seed: seed, purpose: .bootstrap, lane: 1)
    return interval(level: level, resamples: resamples, seed: seed) {
      $0.probabilityOfImprovement(over: other.resampled(&stream))
    }
  }

  private func resampled(_ stream: inout RandomStream) -> ScoreTable {
    ScoreTable(tasks.map { runs in runs.map { _ in runs[stream.integer(below: runs.count)] } })
  }
}

/// The mean of the middle half of some numbers: a quarter of them, rounded down, is left out at either end.
public func interquartileMean(_ values: [Double]) -> Double {
  precondition(!values.isEmpty, "A mean needs numbers.")
  let cut = values.count / 4
  let middle = values.sorted()[cut..<values.count - cut]
  return middle.reduce(0, +) / Double(middle.count)
}

/// A quantile of sorted numbers, linear between the two nearest.
func quantile(_ sorted: [Double], _ share: Double) -> Double {
  let place = share * Double(sorted.count - 1)
  let below = min(max(Int(place), 0), sorted.count - 1)
  let above = min(below + 1, sorted.count - 1)
  return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
}
