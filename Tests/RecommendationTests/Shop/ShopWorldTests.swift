import Environments
import Foundation
import Learning
import LinearAlgebra
import Recommendation
import Testing

struct ShopWorldTests {
  private func log(_ world: ShopWorld, visitors: Int, seed: UInt64) -> ShopLog {
    let products = world.law.products
    return ShopLog(world, visitors: visitors, seed: seed) { _, stream in
      BanditDecision(arm: stream.integer(below: products), propensity: 1 / Float(products))
    }
  }

  /// Clicks per recommendation against the mean of the rates they were drawn with; 5 standard errors, false alarm 6e-7.
  @Test func clicksFollowTheirRates() {
    let world = ShopWorld(seed: 3)
    var stream = RandomStream(seed: 1, purpose: .test)
    var (clicks, expected, shown) = (0.0, 0.0, 0.0)
    for _ in 0..<300 {
      var visitor = world.makeVisitor(stream: &stream)
      while !visitor.hasLeft {
        let product = stream.integer(below: 10)
        expected += Double(world.clickRate(product, visitor))
        shown += 1
        if world.show(product, to: &visitor, stream: &stream) { clicks += 1 }
      }
    }
    #expect(abs(clicks - expected) < 5 * expected.squareRoot())
    // A visitor is shown recommendations until he leaves: with neither clicks nor returns from browsing 1 / 0.06 in a row.
    #expect(shown / 300 > 1 / 0.06)
  }

  /// With flat popularity, no drift and one visitor's interests, views have the softmax law: χ² of 3 degrees, false alarm
  /// 1e-6 beyond 30.7.
  @Test func viewsFollowTheSoftmax() {
    var law = ShopWorld.Law()
    (law.products, law.dimension, law.interestDeviation, law.drift) = (4, 1, 0, 0)
    let popularity: [Float] = [0, 1, -1, 0.5]
    let world = ShopWorld(law: law, viewFactors: [1, 1, 1, 1], viewPopularity: popularity)
    let log = log(world, visitors: 400, seed: 2)
    let total = popularity.reduce(0) { $0 + exp(Double($1)) }
    var chi = 0.0
    for product in 0..<4 {
      let expected = exp(Double(popularity[product])) / total * Double(log.views.count)
      let found = Double(log.views.count { $0 == product })
      chi += (found - expected) * (found - expected) / expected
    }
    #expect(chi < 30.7)
  }

  @Test func flipsSwapSimilarProductsOnce() {
    var law = ShopWorld.Law()
    law.flips = 2
    let world = ShopWorld(law: law, seed: 5)
    let moved = (0..<10).filter { world.clickPopularity[$0] != world.viewPopularity[$0] }
    #expect(moved.count == 4)
    #expect(world.clickPopularity.sorted() == world.viewPopularity.sorted())
  }

  /// Learned from 300 visitors shown random products: above random play by 5 standard errors of its clicks.
  @Test func theRecommenderBeatsRandomPlay() {
    let world = ShopWorld(seed: 1)
    let recommender = ShopRecommender(log(world, visitors: 300, seed: 7), seed: 1)
    var row = [Float](repeating: 0, count: 20)
    let played = ShopLog(world, visitors: 300, seed: 8) { visitor, _ in
      var span = row.mutableSpan
      visitor.history.write(into: &span)
      return BanditDecision(
        arm: recommender.choose(Matrix(rows: 1, columns: 20, row).view)[0], propensity: 1)
    }
    let random = log(world, visitors: 300, seed: 8)
    let error = (random.clickRate / Double(random.clicks.count)).squareRoot()
    #expect(played.clickRate > random.clickRate + 5 * error)
    #expect(played.clickRateInterval.contains(played.clickRate))
  }

  @Test func lanesPlayTheWorld() {
    let lanes = VectorEnvironment(count: 16, seed: 1) { ShopWorld(seed: 1) }
    lanes.reset()
    #expect(lanes.observations.columns == 20)
    let summary = evaluate(ShopWorld(seed: 1), episodes: 64, seed: 1) { rows, actions in
      for row in 0..<rows.rows { actions[row] = 0 }
    }
    #expect(summary.meanLength > 10)
  }
}
