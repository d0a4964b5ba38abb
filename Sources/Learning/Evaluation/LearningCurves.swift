/// The evaluation scores of several training runs along their steps.
package struct LearningCurves: Sendable, Equatable {
  /// One point of all curves together.
  package struct Point: Sendable, Equatable {
    /// Environment steps played.
    package let steps: Int
    /// The interquartile mean over runs.
    package let mean: Double
    /// Its stratified bootstrap interval of 95 %.
    package let interval: ClosedRange<Double>
  }

  /// The steps after which runs were evaluated, ascending.
  package let steps: [Int]
  /// Runs, each with a score for each of `steps`.
  package let runs: [[Double]]

  /// Gathers curves; every run needs a score for each of `steps`.
  package init(steps: [Int], runs: [[Double]]) {
    precondition(
      !steps.isEmpty && !runs.isEmpty && runs.allSatisfy { $0.count == steps.count },
      "Learning curves need runs, and a score of each for every one of \(steps.count) points.")
    self.steps = steps
    self.runs = runs
  }

  /// The interquartile mean and its interval at every point.
  package var points: [Point] {
    steps.indices.map { index in
      let table = ScoreTable([runs.map { $0[index] }])
      return Point(
        steps: steps[index], mean: interquartileMean(table.pooled),
        interval: table.interval { interquartileMean($0.pooled) })
    }
  }
}
