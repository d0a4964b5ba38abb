import LinearAlgebra

extension LongTermSatisfaction: RecommendationWorld {
  /// How much of an item is clickbait, 0 to 1.
  public var itemColumnNames: [String] { ["clickbait"] }
  /// By backward induction over satisfaction.
  public var visitBound: Double? { bound() }

  /// The most clickbait, which is the myopic's choice, the least, and any.
  public func baselines(seed: UInt64) -> [SlateBaseline] {
    [
      .random(slateLayout, seed: seed),
      .ranking("most clickbait", slateLayout) { item, _ in item[0] },
      .ranking("least clickbait", slateLayout) { item, _ in -item[0] },
    ]
  }
}

extension FeedWorld: RecommendationWorld {
  /// What one earns who knows the interests of visitors whom nothing bores.
  public var visitBound: Double? { bound() }

  /// By what a desk would rank by: quality, what the visitor clicked on, and what he has not been shown much.
  public func baselines(seed: UInt64) -> [SlateBaseline] {
    let count = topics.count
    return [
      .random(slateLayout, seed: seed),
      .ranking("best quality", slateLayout) { item, _ in item[count] },
      .ranking("own topics", slateLayout) { item, _ in item[count + 2] + item[count] },
      .ranking("own topics, rotated", slateLayout) { item, _ in
        item[count + 2] + item[count] - item[count + 3] / 2
      },
    ]
  }
}

extension ShopWorld: RecommendationWorld {
  /// The logarithm of all visitors' views of a product, and the visitor's own of late.
  public var itemColumnNames: [String] { ["log_views", "recent_views"] }
  /// What one earns who knows every visitor's interests is no bound: a click also sends the visitor back to the shop.
  public var visitBound: Double? { nil }

  /// By all visitors' views, by the visitor's own, and by what was learned from the log of a thousand visitors.
  public func baselines(seed: UInt64) -> [SlateBaseline] {
    let products = law.products
    let log = ShopLog(self, visitors: 1000, seed: seed) { _, stream in
      BanditDecision(arm: stream.integer(below: products), propensity: 1 / Float(products))
    }
    let popularity = (0..<products).map { product in Float(log.views.count { $0 == product }) }
    let recommender = ShopRecommender(log, seed: seed)
    return [
      .random(slateLayout, seed: seed),
      .ranking("most popular", slateLayout) { _, product in popularity[product] },
      .ranking("own views", slateLayout) { item, _ in item[0] },
      .ranking("own recent views", slateLayout) { item, _ in item[1] },
      SlateBaseline("learned from a log") { observations, actions in
        for (row, product) in recommender.choose(observations).enumerated() {
          actions[row] = Int32(product)
        }
      },
    ]
  }
}
