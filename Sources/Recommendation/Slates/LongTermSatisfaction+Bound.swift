import LinearAlgebra

extension LongTermSatisfaction {
  /// What no recommender earns more than in a visit, on average: the best of those that are told each step's exposure.
  ///
  /// Exposure is all that lasts, and only the first position has an effect, so that backward induction over steps and a
  /// grid of exposures is exact but for the grid: V(x) = E max_c (E e^N(m(c, x), d²) + E V(memory · x − 2(c − ½) + noise)),
  /// the best of N uniform scores taken through the distribution of its rank. Recommenders see less than the exposure,
  /// hence a bound.
  ///
  /// - Parameter resolution: the points of the grids of exposure and of scores; the bound moves by less than a thousandth
  ///   between 101 and 401. Takes time in proportion to its square.
  public func bound(resolution: Int = 201) -> Double {
    precondition(resolution > 2, "A grid needs at least three points, not \(resolution).")
    let largest = 1.5 * max(1 / (1 - Double(memory)), 1)
    let spacing = 2 * largest / Double(resolution - 1)
    let exposures = (0..<resolution).map { -largest + spacing * Double($0) }
    let scores = (0..<resolution).map { (Double($0) + 0.5) / Double(resolution) }
    // P(the best of N is the k-th worst score of the grid).
    let rankShares = (0..<resolution).map { rank in
      power(Double(rank + 1) / Double(resolution)) - power(Double(rank) / Double(resolution))
    }
    // Gauss-Hermite of three points.
    let noise = [(-1.7320508, 1.0 / 6), (0, 2.0 / 3), (1.7320508, 1.0 / 6)].map {
      ($0.0 * Double(innovation), $0.1)
    }
    var value = [Double](repeating: 0, count: resolution)
    func following(_ exposure: Double) -> Double {
      let place = min(max((exposure + largest) / spacing, 0), Double(resolution - 1) - 1e-9)
      let below = Int(place)
      return value[below] + (place - Double(below)) * (value[below + 1] - value[below])
    }
    for _ in 0..<steps {
      value = exposures.map { exposure in
        let satisfaction = Double(logistic(sensitivity * Float(exposure)))
        let worths = scores.map { score in
          let mean = (score * Double(clickbaitMean) + (1 - score) * Double(qualityMean)) * satisfaction
          let kept = Double(memory) * exposure - 2 * (score - 0.5)
          return Double(ScalarKernels.exp(Float(mean) + deviation * deviation / 2))
            + noise.reduce(0) { $0 + $1.1 * following(kept + $1.0) }
        }
        return zip(worths.sorted(), rankShares).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    // A visit begins with an exposure spread evenly over 1 / (1 − memory) around 0.
    let width = 1 / (1 - Double(memory))
    return (0..<1000).reduce(0) { $0 + following(width * ((Double($1) + 0.5) / 1000 - 0.5)) } / 1000
  }

  private func power(_ share: Double) -> Double {
    (0..<candidates).reduce(1) { product, _ in product * share }
  }
}
