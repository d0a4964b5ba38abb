extension MediaChannel {
  /// What a level bids for one auction, or spends, in money.
  func money(level: Int) -> Double {
    switch kind {
    case .auction(let auction): levels[level] * auction.priceUnit
    case .response: levels[level]
    }
  }

  /// Whether every level bids or spends the same money as another channel's, but for rounding.
  func hasLevels(of other: MediaChannel) -> Bool {
    levels.count == other.levels.count
      && levels.indices.allSatisfy {
        abs(money(level: $0) - other.money(level: $0)) <= 1e-9 * money(level: $0)
      }
  }

  /// Where an amount of money lies on the ladder, and the bid that it is, in price steps (auctions) or money.
  ///
  /// Between two rungs the place is a fraction, beyond the ladder its end; amounts that are a rung's but for rounding are
  /// the rung's.
  func rung(paying amount: Double) -> (place: Float, bid: Float) {
    let levels = levels
    var unit = 1.0
    if case .auction(let auction) = kind { unit = auction.priceUnit }
    for (level, rung) in levels.enumerated() where abs(rung * unit - amount) <= 1e-9 * amount {
      return (Float(level), Float(rung))
    }
    let bid = amount / unit
    guard let above = levels.firstIndex(where: { $0 > bid }) else {
      return (Float(levels.count - 1), Float(bid))
    }
    guard above > 0 else { return (0, Float(bid)) }
    let (low, high) = (levels[above - 1], levels[above])
    return (Float(above - 1) + Float((bid - low) / (high - low)), Float(bid))
  }

  /// The level of an amount of money, the nearest where it is off the ladder.
  package func level(paying amount: Double) -> Int { Int(rung(paying: amount).place.rounded()) }
}
