/// The evaluation scores of several training runs along their steps.
public struct LearningCurves: Sendable, Equatable {
  /// One point of all curves together.
  public struct Point: Sendable, Equatable {
    /// Environment steps played.
    public let steps: Int
    /// The interquartile mean over runs.
    public let mean: Double
    /// Its stratified bootstrap interval of 95 %.
    public let interval: ClosedRange<Double>
  }

  /// The steps after which runs were evaluated, ascending.
  public let steps: [Int]
  /// Runs, each with a score for each of `steps`.
  public let runs: [[Double]]

  /// Gathers curves; every run needs a score for each of `steps`.
  public init(steps: [Int], runs: [[Double]]) {
    precondition(
      !steps.isEmpty && !runs.isEmpty && runs.allSatisfy { $0.count == steps.count },
      "Learning curves need runs, and a score of each for every one of \(steps.count) points.")
    self.steps = steps
    self.runs = runs
  }

  /// The interquartile mean and its interval at every point.
  public var points: [Point] {
    steps.indices.map { index in
      let table = ScoreTable([runs.map { $0[index] }])
      return Point(
        steps: steps[index], mean: interquartileMean(table.pooled),
        interval: table.interval { interquartileMean($0.pooled) })
    }
  }
}
