import LinearAlgebra

extension ForeknowledgePenalty {
  /// Prepares the penalty of a market with a price of money fitted to what money turns out to be worth.
  ///
  /// On training episodes, the multipliers of the bound along forecasts are regressed (ridge) on what the martingales come
  /// to. A market with response channels, whose paths
  /// are told anyway, keeps a fixed price.
  init(fittedTo market: Market, episodes: Int = 256) {
    self.init(market)
    let auctions = market.channels.indices.filter { index in
      if case .auction = market.channels[index].kind { true } else { false }
    }
    guard auctions.count == market.channels.count else { return }
    let training = MarketEvaluation(market: market, episodes: episodes, seed: 0x6665_6573)
    let plays = training.penalizedBounds(self)
    let columns = prices.coefficients.count
    let mean = plays.reduce(0) { $0 + $1.bound.multiplier } / Double(episodes)
    let rows = Matrix(rows: episodes + columns, columns: columns + 1)
    let values = Matrix(rows: episodes + columns, columns: 1)
    for (episode, play) in plays.enumerated() {
      for column in 0..<columns { rows[episode, column] = Float(play.features[column]) }
      rows[episode, columns] = 1
      values[episode, 0] = Float(play.bound.multiplier / max(mean, 1e-30))
    }
    for column in 0..<columns { rows[episodes + column, column] = 2 }
    guard let solution = try? leastSquares(rows.view, values.view) else { return }
    prices.constant = mean * Double(solution[columns, 0])
    for column in 0..<columns { prices.coefficients[column] = mean * Double(solution[column, 0]) }
  }
}
