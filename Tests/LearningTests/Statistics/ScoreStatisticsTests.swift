import Learning
import Testing

@Suite struct ScoreStatisticsTests {
  private let a = [3.5, -1.25, 7.0, 2.0, 2.0, 11.5, 0.5, 4.75, 6.25, -3.0]
  private let b = [1.0, 2.0, 4.75, 0.0, 9.0, -2.0, 3.5]

  @Test func interquartileMeansAreThoseOfSciPy() {
    // By `Golden/score_statistics.py`.
    let expected = [3.5, 1.125, 3.0833333333333335, 2.75, 2.5, 3.625, 3, 3.0625, 3.7, 3.1666666666666665]
    for (count, mean) in zip(1...10, expected) {
      #expect(abs(interquartileMean(Array(a[..<count])) - mean) < 1e-12)
    }
  }

  @Test func improvementIsTheMannWhitneyStatistic() {
    let (first, second) = (ScoreTable([a]), ScoreTable([b]))
    #expect(abs(first.probabilityOfImprovement(over: second) - 0.5571428571428572) < 1e-12)
    #expect(abs(second.probabilityOfImprovement(over: first) - 0.4428571428571428) < 1e-12)
    let twoTasks = ScoreTable([a, [1, 1]]).probabilityOfImprovement(over: ScoreTable([b, [0, 1]]))
    #expect(abs(twoTasks - (0.5571428571428572 + 0.75) / 2) < 1e-12)
    let interval = first.probabilityOfImprovementInterval(over: second)
    // Runs of both tables are drawn: wider than 0.2, and with the estimate inside.
    #expect(interval.contains(0.557) && interval.upperBound - interval.lowerBound > 0.3)
  }

  @Test func bootstrapPercentilesAreThoseOfTheExactDistribution() {
    // Of the 27 equally likely triples of {0, 1, 5}, by `Golden/score_statistics.py`: 1/3 and 11/3.
    let interval = ScoreTable([[0, 1, 5]]).interval(level: 0.8, resamples: 20_000) {
      $0.pooled.reduce(0, +) / 3
    }
    #expect(abs(interval.lowerBound - 1.0 / 3) < 1e-9 && abs(interval.upperBound - 11.0 / 3) < 1e-9)
  }

  @Test func runsAreDrawnWithinTheirTask() {
    // Each task's runs are equal, so no draw changes anything.
    let table = ScoreTable([[1, 1, 1], [100, 100]])
    #expect(table.interval { $0.pooled.reduce(0, +) } == 203...203)
  }

  @Test func equalSeedsDrawEqualIntervals() {
    let table = ScoreTable([a, b])
    let intervals = [1, 1, 2].map { seed in
      table.interval(resamples: 300, seed: seed) { interquartileMean($0.pooled) }
    }
    #expect(intervals[0] == intervals[1] && intervals[0] != intervals[2])
  }

  @Test func regretIsTheBoundLessTheReturn() {
    let regret = Regret(returns: [1, 3, 2], bound: 4)
    #expect(regret.perEpisode == [3, 1, 2] && regret.cumulative == [3, 4, 6] && regret.mean == 2)
    #expect(Regret(returns: [1, 3], bounds: [2, 3]).perEpisode == [1, 0])
  }

  @Test func curvesAreSummedUpPointByPoint() {
    let points = LearningCurves(steps: [10, 20], runs: [[0, 8], [1, 9], [2, 10], [30, 11]]).points
    #expect(points.map(\.steps) == [10, 20])
    #expect(points.map(\.mean) == [1.5, 9.5])
    #expect(points[0].interval.contains(1.5) && points[0].interval.upperBound > 2)
    #expect(points[1].interval.lowerBound >= 8 && points[1].interval.upperBound <= 11)
  }
}
