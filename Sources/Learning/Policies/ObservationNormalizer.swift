import Environments
import NeuralNetworks

/// Centres and scales observation columns: `(x − mean) / deviation`, cut at ±`limit` except in prior columns.
///
/// A value: it is fixed after the warm-up of training and saved with the policy. Columns that a layout names as a prior
/// are never cut, so that `deviation · normalised + mean` gives the prior back exactly enough to act on.
public struct ObservationNormalizer: Sendable, Equatable {
  /// What is taken off each column.
  public let means: [Float]
  /// What each column is divided by; positive.
  package let deviations: [Float]
  /// Where other columns are cut after scaling.
  package let limit: Float

  /// Creates a normaliser from one mean and one positive deviation per column.
  package init(means: [Float], deviations: [Float], limit: Float = 10) {
    precondition(means.count == deviations.count, "A normaliser needs as many means as deviations.")
    precondition(
      deviations.allSatisfy { $0 > 0 && $0.isFinite } && means.allSatisfy(\.isFinite),
      "A normaliser needs finite means and positive, finite deviations.")
    precondition(limit > 0, "Normalised observations need a positive limit, not \(limit).")
    self.means = means
    self.deviations = deviations
    self.limit = limit
  }

  /// Leaves every column as it is, up to the limit.
  public init(identity columns: Int, limit: Float = 10) {
    self.init(
      means: Array(repeating: 0, count: columns), deviations: Array(repeating: 1, count: columns),
      limit: limit)
  }

  /// Takes mean and standard deviation from the rows seen.
  ///
  /// A column whose deviation is below a millionth of its mean did not vary: it is centred but not scaled. Columns that
  /// hold a mask are left as they are.
  package init(moments: RunningMoments, layout: ObservationLayout, limit: Float = 10) {
    var means = moments.means.map { Float($0) }
    var deviations = zip(moments.means, moments.variances).map { mean, variance -> Float in
      let deviation = variance.squareRoot()
      return deviation > 1e-6 * max(abs(mean), 1e-6) ? Float(deviation) : 1
    }
    for column in layout.mask ?? 0..<0 { (means[column], deviations[column]) = (0, 1) }
    self.init(means: means, deviations: deviations, limit: limit)
  }

  /// The length of an observation row.
  public var columns: Int { means.count }

  /// How a network reads a layout's prior, in raw reward units, from normalised prior columns.
  package func priorTransform(of layout: ObservationLayout, rewardScale: Float) -> PriorTransform {
    let prior = layout.prior ?? 0..<0
    return PriorTransform(
      scales: Array(deviations[prior]), offsets: Array(means[prior]), rewardScale: rewardScale)
  }
}
