import LinearAlgebra

/// The slate of the highest value Σ_i P(i | slate) q_i, and the probabilities of its items (Ie et al., "SlateQ", 2019,
/// sections 4.2 and 5).
package struct SlateSearch: Sendable {
  /// What rows and slates mean.
  package let layout: SlateLayout
  private var order: [Int]
  private var weights: [Float]

  /// Prepares to search.
  package init(_ layout: SlateLayout) {
    self.layout = layout
    order = Array(0..<layout.candidates)
    weights = [Float](repeating: 0, count: layout.candidates)
  }

  /// Writes the best slate's candidates.
  ///
  /// Where users take what stands first, or look at each position for itself, items are ranked by value. Under the logit, the value is a ratio of sums over
  /// items; Dinkelbach's iteration (1967) takes the best L items of e^(v)(q − t), t the value of the last slate, until
  /// the value rises no more: that is the optimum, usually after three rounds.
  ///
  /// - Parameters:
  ///   - q: the value of each candidate if chosen.
  ///   - row: the observation.
  ///   - slate: where the candidates go, one per position.
  package mutating func best(
    _ q: UnsafePointer<Float>, row: UnsafePointer<Float>, into slate: UnsafeMutablePointer<Int32>
  ) {
    switch layout.choice {
    case .first, .examined:
      rank { q[$0] }
      for position in 0..<layout.positions { slate[position] = Int32(order[position]) }
    case .logit(let column, let none):
      for candidate in 0..<layout.candidates {
        weights[candidate] = ScalarKernels.exp(row[layout.column(of: candidate) + column])
      }
      var value = slateValue(order.prefix(layout.positions), q: q, none: none)
      while true {
        let (appeal, last) = (weights, value)
        rank { appeal[$0] * (q[$0] - last) }
        value = slateValue(order.prefix(layout.positions), q: q, none: none)
        for position in 0..<layout.positions { slate[position] = Int32(order[position]) }
        if !(value > last) { return }
      }
    }
  }

  private func slateValue(_ slate: ArraySlice<Int>, q: UnsafePointer<Float>, none: Float) -> Float {
    var (sum, mass) = (Float(0), none)
    for candidate in slate {
      sum += weights[candidate] * q[candidate]
      mass += weights[candidate]
    }
    return sum / mass
  }

  /// Brings the best L candidates to the front; ties go to the lower number.
  private mutating func rank(_ score: (Int) -> Float) {
    for index in 0..<layout.candidates { order[index] = index }
    for position in 0..<layout.positions {
      var best = position
      for index in position + 1..<max(layout.candidates, position + 1)
      where score(order[index]) > score(order[best]) {
        best = index
      }
      order.swapAt(position, best)
    }
  }
}

extension SlateLayout {
  /// The probability that each position of a slate is chosen; an item shown again has none.
  package func choiceProbabilities(
    of slate: UnsafePointer<Int32>, row: UnsafePointer<Float>, into probabilities: UnsafeMutablePointer<Float>
  ) {
    switch choice {
    case .first:
      probabilities.update(repeating: 0, count: positions)
      probabilities[0] = 1
    case .examined(let chances):
      for position in 0..<positions {
        let isRepeated = (0..<position).contains { slate[$0] == slate[position] }
        probabilities[position] = isRepeated ? 0 : chances[position]
      }
    case .logit(let appeal, let none):
      var mass = none
      for position in 0..<positions {
        let isRepeated = (0..<position).contains { slate[$0] == slate[position] }
        probabilities[position] =
          isRepeated ? 0 : ScalarKernels.exp(row[column(of: Int(slate[position])) + appeal])
        mass += probabilities[position]
      }
      for position in 0..<positions { probabilities[position] /= mass }
    }
  }
}
