/// How a prior is read from an observation's prior columns: prior = rewardScale · (column · scale + offset).
///
/// Scale and offset undo the normalisation of observations, and the reward scale brings the prior, which is in raw
/// reward units, to the units in which the network learns.
package struct PriorTransform: Sendable, Equatable, Codable {
  /// The factor of each prior column: the state value, then every (branch, choice).
  package let scales: [Float]
  /// The summand of each prior column, in raw reward units.
  package let offsets: [Float]
  /// What rewards are multiplied by before they are learned from.
  package let rewardScale: Float

  /// Creates a transform from one scale and offset per prior column.
  package init(scales: [Float], offsets: [Float], rewardScale: Float = 1) {
    precondition(
      scales.count == offsets.count,
      "A prior needs as many offsets (\(offsets.count)) as scales (\(scales.count)).")
    self.scales = scales
    self.offsets = offsets
    self.rewardScale = rewardScale
  }

  /// The transform that leaves a shape's prior columns as they are, but for the scale of rewards.
  package init(identityFor shape: NetworkShape, rewardScale: Float = 1) {
    let count = shape.layout.prior?.count ?? 0
    self.init(
      scales: Array(repeating: 1, count: count), offsets: Array(repeating: 0, count: count),
      rewardScale: rewardScale)
  }
}
