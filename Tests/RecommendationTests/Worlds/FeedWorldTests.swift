import Environments
import Learning
import LinearAlgebra
import Testing

import Recommendation

struct FeedWorldTests {
  private func feed(_ clicks: FeedWorld.Clicks) -> FeedWorld {
    var feed = FeedWorld(topics: ["a", "b"], segments: [.init(name: "all", share: 1, interests: [0, 0])])
    (feed.candidates, feed.positions, feed.clicks) = (4, 2, clicks)
    (feed.interestDeviation, feed.qualityDeviation, feed.drift, feed.boredom) = (0, 0, 0, 0)
    (feed.appeal, feed.newShare) = (0, 0)
    return feed
  }

  /// Every article attracts with probability ½, so that the clicks of a slate have a known mean; 5 standard errors of
  /// 20,000 slates (false alarms: 6 in ten million).
  @Test(arguments: [
    (FeedWorld.Clicks.positions([1, 0.5]), 0.75), (.positions([0.4, 0.4]), 0.4), (.cascade(1), 0.75),
    (.cascade(0.5), 0.625), (.cascade(0), 0.5),
  ])
  func clicksHaveTheModelsMean(clicks: FeedWorld.Clicks, mean: Double) {
    let feed = feed(clicks)
    var stream = RandomStream(seed: 1, purpose: .test)
    var state = feed.makeState(stream: &stream)
    var (sum, squares) = (0.0, 0.0)
    let slate: [Int32] = [0, 1]
    for _ in 0..<20_000 {
      let reward = Double(feed.step(&state, action: slate.span, stream: &stream).reward)
      sum += reward
      squares += reward * reward
    }
    let (measured, count) = (sum / 20_000, 20_000.0)
    let error = ((squares / count - measured * measured) / count).squareRoot()
    #expect(abs(measured - mean) < 5 * error)
  }

  @Test func anArticleShownTwiceIsReadOnce() {
    let feed = feed(.positions([1, 1]))
    var stream = RandomStream(seed: 2, purpose: .test)
    var state = feed.makeState(stream: &stream)
    let slate: [Int32] = [3, 3]
    for _ in 0..<200 {
      #expect(feed.step(&state, action: slate.span, stream: &stream).reward <= 1)
    }
  }

  /// Boredom with one topic on and on: shown settles at 1 / (1 − memory) and takes `boredom` times that off the logit.
  @Test func aTopicShownOnAndOnBores() {
    var feed = feed(.positions([1, 1]))
    (feed.boredom, feed.memory) = (0.5, 0.8)
    feed.topics = ["a"]
    feed.segments = [.init(name: "all", share: 1, interests: [0])]
    var stream = RandomStream(seed: 3, purpose: .test)
    var state = feed.makeState(stream: &stream)
    #expect(feed.attraction(0, state) == 0.5)
    let slate: [Int32] = [0, 1]
    for _ in 0..<100 { _ = feed.step(&state, action: slate.span, stream: &stream) }
    #expect(abs(state.shown[0] - 5) < 1e-3)
    #expect(abs(feed.attraction(0, state) - logistic(-2.5)) < 1e-4)
  }

  @Test func newArticlesHideTheirQuality() throws {
    var feed = feed(.cascade(0.5))
    (feed.newShare, feed.qualityDeviation) = (0.5, 1)
    let lanes = VectorEnvironment(count: 64, seed: 1) { feed }
    lanes.reset()
    let layout = feed.slateLayout
    let names = feed.itemColumnNames
    let quality = try #require(names.firstIndex(of: "quality"))
    let isNew = try #require(names.firstIndex(of: "is_new"))
    var fresh = 0
    for row in 0..<64 {
      for candidate in 0..<4 {
        let first = layout.column(of: candidate)
        let new = lanes.observations[row, first + isNew] == 1
        #expect((lanes.observations[row, first + quality] == 0) == new)
        fresh += new ? 1 : 0
      }
    }
    #expect((80...176).contains(fresh))
  }
}
