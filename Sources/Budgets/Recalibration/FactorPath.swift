/// What is taken of two log factors of a channel before a campaign: each is a constant, drawn for the campaign, and an AR(1).
struct FactorPrior {
  /// The means and variances of the constants.
  var means, constants: SIMD2<Double>
  /// The stationary variances of the AR(1)s, and the share that they keep from tick to tick.
  var drifts: SIMD2<Double>
  var persistence: Double
}

/// Two log factors of a channel over one campaign, given all that it showed: a Gaussian law, found by expectation propagation
/// (Minka, 2001). Each tick's likelihood stands as the Gaussian that gives the law of all other ticks the mean and variance that the
/// likelihood itself does; the law of all is smoothed from these (Rauch, Tung and Striebel, 1965), round after round.
struct FactorPath {
  /// By tick: the law of the log factors, and what the tick says of them.
  private var laws: [FactorLaw]
  private var sites: [TickSite]
  /// The law of the constants.
  private(set) var constant = SIMD2<Double>.zero
  private(set) var constantCovariance = Matrix2(diagonal: .zero)
  /// Over ticks that show something: the sum of the expected squares of the AR(1)s and their number; over pairs of such ticks,
  /// the sums of the products and of the earlier one's squares.
  private(set) var squares = SIMD2<Double>.zero
  private(set) var products = SIMD2<Double>.zero
  private(set) var earlierSquares = SIMD2<Double>.zero

  /// A path of which nothing is known but the prior.
  init(_ prior: FactorPrior, ticks: Int) {
    let law = FactorLaw(mean: prior.means, covariance: Matrix2(diagonal: prior.constants + prior.drifts))
    self.init(near: [FactorLaw](repeating: law, count: ticks))
  }

  /// A path of which nothing is known but about where it lies.
  init(near laws: [FactorLaw]) {
    self.laws = laws
    sites = [TickSite](repeating: TickSite(), count: laws.count)
  }

  /// States are constant and AR(1) of the first factor, then of the second.
  private struct State {
    var mean: SIMD4<Double>
    var covariance: Matrix4

    var factors: SIMD2<Double> { [mean[0] + mean[1], mean[2] + mean[3]] }
    /// The columns of the covariance of the state with the two factors.
    var gains: (SIMD4<Double>, SIMD4<Double>) {
      (covariance.columns[0] + covariance.columns[1], covariance.columns[2] + covariance.columns[3])
    }
    var factorCovariance: Matrix2 {
      let (first, second) = gains
      let (own, other) = (first[0] + first[1], second[2] + second[3])
      let between = first[2] + first[3]
      return Matrix2([own, between], [between, other])
    }
    var law: FactorLaw { FactorLaw(mean: factors, covariance: factorCovariance) }

    mutating func take(_ site: TickSite) {
      let (first, second) = gains
      let shrink = (Matrix2.identity + site.precision * factorCovariance).inverse
      let step = shrink * (site.shift - site.precision * factors)
      let taken = shrink * site.precision
      mean += first * step.x
      mean += second * step.y
      for column in 0..<4 {
        let (own, other) = (first[column], second[column])
        let share: SIMD2<Double> = taken * SIMD2(own, other)
        covariance.columns[column] -= first * share.x
        covariance.columns[column] -= second * share.y
      }
    }
  }

  /// How far sites go, in a round, to where they should be.
  private static let pace = 0.8

  /// Finds the path anew.
  ///
  /// - Parameter see: the law after a tick that was seen, given that before; nil where it shows nothing.
  mutating func smooth(_ prior: FactorPrior, see: (Int, FactorLaw) -> FactorLaw?) {
    let count = laws.count
    guard count > 0 else { return }
    let keep = SIMD4(1, prior.persistence, 1, prior.persistence)
    let renewed = (1 - prior.persistence * prior.persistence) * prior.drifts
    let innovation = SIMD4(0, renewed.x, 0, renewed.y)
    var state = State(
      mean: [prior.means.x, 0, prior.means.y, 0],
      covariance: Matrix4(diagonal: [prior.constants.x, prior.drifts.x, prior.constants.y, prior.drifts.y]))
    var (filtered, isSeen) = ([State](), [Bool]())
    filtered.reserveCapacity(count)
    for tick in 0..<count {
      if tick > 0 {
        state.mean *= keep
        state.covariance = state.covariance.scaled(by: keep)
        state.covariance.addToDiagonal(innovation)
      }
      let others = sites[tick].removed(from: laws[tick])
      let after = others.flatMap { see(tick, $0) }
      if let others, let after {
        sites[tick] = sites[tick].moved(towards: TickSite(from: others, to: after), by: Self.pace)
      }
      state.take(sites[tick])
      isSeen.append(others == nil || after != nil)
      filtered.append(state)
    }
    (squares, products, earlierSquares) = (.zero, .zero, .zero)
    laws[count - 1] = state.law
    addSquares(state, isSeen[count - 1], &squares)
    for tick in stride(from: count - 2, through: 0, by: -1) {
      let own = filtered[tick]
      var predicted = own.covariance.scaled(by: keep)
      predicted.addToDiagonal(innovation + SIMD4(repeating: 1e-12))
      var gain = own.covariance
      for column in 0..<4 { gain.columns[column] *= keep[column] }
      gain = gain * predicted.inverse
      let transposed = gain.transposed
      let together = state.covariance * transposed
      let earlier = State(
        mean: own.mean + gain * (state.mean - keep * own.mean),
        covariance: own.covariance + gain * ((state.covariance - predicted) * transposed))
      if isSeen[tick] && isSeen[tick + 1] {
        products += [
          state.mean[1] * earlier.mean[1] + together.columns[1][1],
          state.mean[3] * earlier.mean[3] + together.columns[3][3],
        ]
        addSquares(earlier, true, &earlierSquares)
      }
      state = earlier
      addSquares(state, isSeen[tick], &squares)
      laws[tick] = state.law
    }
    let covariance = state.covariance.columns
    constant = [state.mean[0], state.mean[2]]
    constantCovariance = Matrix2([covariance[0][0], covariance[2][0]], [covariance[0][2], covariance[2][2]])
  }

  private func addSquares(_ state: State, _ isSeen: Bool, _ sum: inout SIMD2<Double>) {
    guard isSeen else { return }
    sum += [
      state.mean[1] * state.mean[1] + state.covariance.columns[1][1],
      state.mean[3] * state.mean[3] + state.covariance.columns[3][3],
    ]
  }
}
