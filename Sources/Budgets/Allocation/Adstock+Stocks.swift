extension Adstock {
  /// The stock in every tick of a run of spends.
  ///
  /// - Parameters:
  ///   - spends: money by tick.
  ///   - recent: money in the ticks before, the newest last.
  package func stocks(of spends: [Double], after recent: [Double] = []) -> [Double] {
    guard let weights else {
      var stock = recent.reduce(0) { retention * $0 + $1 }
      return spends.map { spend in
        stock = retention * stock + spend
        return stock
      }
    }
    let all = recent + spends
    return spends.indices.map { tick in
      let newest = recent.count + tick
      return (0..<min(weights.count, newest + 1)).reduce(0) { $0 + weights[$1] * all[newest - $1] }
    }
  }

  /// What a unit of money in each tick adds, over all ticks from then on, where a unit of stock adds `slopes` by tick.
  ///
  /// This is the transpose of `stocks`, as it turns derivatives by stock into derivatives by spend.
  package func spendSlopes(_ slopes: [Double]) -> [Double] {
    guard let weights else {
      var ahead = 0.0
      return slopes.reversed().map { slope in
        ahead = retention * ahead + slope
        return ahead
      }.reversed()
    }
    return slopes.indices.map { tick in
      (0..<min(weights.count, slopes.count - tick)).reduce(0) { $0 + weights[$1] * slopes[tick + $1] }
    }
  }
}
