import Documents
import LinearAlgebra
import Recommendation
import Testing

struct RecommendationLogTests {
  private func table(_ text: String) throws -> CSVTable {
    try CSVTable(bytes: Array(text.utf8), path: "log.csv")
  }

  private let columns = RecommendationLog.Columns(
    action: "item", reward: "click", propensity: "p", position: "place", context: ["age", "segment*"])

  @Test func rowsAreRead() throws {
    let log = try RecommendationLog(
      table(
        """
        item,click,p,place,age,segment_a
        10,1,0.5,1,20,x
        9,0,0.25,2,40,y
        10,0,0.5,1,30,x

        """), columns: columns)
    #expect(log.armNames == ["9", "10"])
    #expect(log.decisions.map(\.arm) == [1, 0, 1])
    #expect(log.decisions.map(\.propensity) == [0.5, 0.25, 0.5])
    #expect(log.rewards == [1, 0, 0])
    #expect(log.rowPositions == [0, 1, 0])
    #expect(log.contextNames == ["age", "segment_a=y"])
    #expect(log.contexts[1, 1] == 1)
    #expect(abs(log.contexts[0, 0] + log.contexts[1, 0]) < 1e-6)
  }

  @Test(
    arguments: [
      ("item,click,p,place,age,segment_a\n1,1,0,1,2,x\n", "log.csv:2: p: is 0.0"),
      ("item,click,p,place,age,segment_a\n1,1,0.5,0,2,x\n", "log.csv:2: place: is 0.0"),
      ("item,click,p,place,age,segment_a\n1,yes,0.5,1,2,x\n", "log.csv:2: click: is 'yes'"),
      ("item,p,place,age,segment_a\n1,0.5,1,2,x\n", "click: is no column"),
      ("item,click,p,place,segment_a\n1,1,0.5,1,x\n", "age: is no column"),
      ("item,click,p,place,age,segment_a\n", "has no rows"),
    ]) func badRowsAreNamed(text: String, expected: String) throws
  {
    let error = try #require(throws: InputError.self) {
      _ = try RecommendationLog(table(text), columns: columns)
    }
    #expect(error.description.contains(expected), "\(error.description)")
  }

  /// A log in which the better arm depends on the context: what is learned from one half is paid more on the other than
  /// either arm alone, and its interval holds the truth, 0.7.
  @Test func aPolicyLearnedFromOneHalfIsJudgedOnTheOther() throws {
    var stream = RandomStream(seed: 3, purpose: .test)
    var text = "item,click,p,place,age,segment_a\n"
    for _ in 0..<4000 {
      let (old, arm) = (stream.uniform() < 0.5, stream.uniform() < 0.5 ? 0 : 1)
      let click = stream.uniform() < (old == (arm == 1) ? 0.7 : 0.2)
      text += "\(arm),\(click ? 1 : 0),0.5,1,\(old ? 60 : 20),x\n"
    }
    let log = try RecommendationLog(table(text), columns: columns)
    let judgement = LogJudgement(of: .linear(penalty: 1), learnedFrom: log, seed: 1)
    #expect(abs(log.meanReward - 0.45) < 0.05)
    #expect(judgement.estimates.map(\.estimator) == ["replay", "ips", "snips", "dr"])
    for (_, estimate) in judgement.estimates {
      // Five standard errors: false alarms 4 × 6e-7.
      #expect(abs(estimate.value - 0.7) < 5 * estimate.standardError)
      #expect(estimate.ci95.lowerBound > 0.5)
    }
  }
}
