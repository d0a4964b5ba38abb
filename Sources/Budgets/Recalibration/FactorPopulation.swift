import LinearAlgebra

/// Two log factors of one channel over many campaigns: what all have in common, and the path of each.
struct FactorPopulation {
  let channel: Int
  let kind: ChannelEvidence.Kind
  private let evidence: [ChannelEvidence]
  private var paths: [FactorPath]
  /// By how much the factors' medians differ from the description, and how well that is known.
  private(set) var means = SIMD2<Double>.zero
  private(set) var covariance = Matrix2(diagonal: .zero)
  /// Sums of the expected squares of what campaigns differ from the median by.
  private(set) var differences = SIMD2<Double>.zero

  /// Wins, clicks, conversions or ticks seen in all campaigns.
  var seen: Double { evidence.reduce(0) { $0 + $1.seen } }
  /// The number of campaigns that show anything of it.
  let told: Int

  init(channel: Int, kind: ChannelEvidence.Kind, evidence: [ChannelEvidence], prior: FactorPrior) {
    (self.channel, self.kind) = (channel, kind)
    self.evidence = evidence.filter(\.showsAnything)
    told = self.evidence.count
    let evidence = self.evidence
    paths =
      kind == .priceAndVolume
      ? concurrentMap(count: told) { FactorPath(near: FactorGrid(prior).laws(evidence[$0])) }
      : evidence.map { FactorPath(prior, ticks: $0.count) }
  }

  /// Sums of the paths' AR(1)s.
  var squares: SIMD2<Double> { paths.reduce(.zero) { $0 + $1.squares } }
  var products: SIMD2<Double> { paths.reduce(.zero) { $0 + $1.products } }
  var earlierSquares: SIMD2<Double> { paths.reduce(.zero) { $0 + $1.earlierSquares } }
  /// Ticks that show anything.
  var ticks: Int { evidence.reduce(0) { $0 + $1.tellingTicks } }

  /// Finds paths and medians anew, given how campaigns differ and how channels may differ from their description.
  ///
  /// - Parameters:
  ///   - prior: its means are passed over.
  ///   - offsets: the variances of the medians before anything is seen.
  mutating func advance(_ prior: FactorPrior, offsets: SIMD2<Double>) {
    guard told > 0 else { return }
    var own = prior
    own.means = means
    let variances = Matrix2(diagonal: prior.constants)
    let precision = variances.inverse
    // What each campaign's constants say of the medians: their law given what was seen, the prior taken out of it.
    var (sum, weight) = (SIMD2<Double>.zero, Matrix2(diagonal: offsets).inverse)
    for place in paths.indices {
      let evidence = evidence[place]
      paths[place].smooth(own) { evidence.law(after: $0, $1) }
      let (posterior, mean) = (paths[place].constantCovariance, paths[place].constant)
      let inverse = posterior.inverse
      let told = inverse - precision
      let unexplained = Matrix2.identity - told * posterior
      sum += unexplained * (inverse * mean - precision * means)
      weight = weight + unexplained * told
    }
    let before = means
    covariance = weight.inverse
    means = covariance * sum
    differences = .zero
    for path in paths {
      let carried = path.constantCovariance * precision
      let mean = path.constant + carried * (means - before) - means
      let left = carried - Matrix2.identity
      let variance = path.constantCovariance + left * covariance * left.transposed
      differences += mean * mean + variance.diagonal
    }
  }
}
