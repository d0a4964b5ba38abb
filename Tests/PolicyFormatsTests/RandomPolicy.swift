import Environments
import Foundation
import Learning
import LinearAlgebra
import NeuralNetworks
import PolicyFormats

/// A policy of random weights with branches of different sizes: 15 columns, the last ten of them a prior if asked for, or the last nine a mask.
func randomPolicy(
  hasPrior: Bool = true, hasMask: Bool = false, branchSizes: [Int] = [3, 4, 2], hidden: [Int] = [7, 5],
  seed: UInt64 = 11
) -> Policy {
  let choices = branchSizes.reduce(0, +)
  let columns = 6 + choices
  let shape = NetworkShape(
    layout: ObservationLayout(
      size: columns, prior: hasPrior && !hasMask ? 5..<columns : nil, mask: hasMask ? 6..<columns : nil),
    hidden: hidden, branchSizes: branchSizes, aggregation: .branching)
  var stream = RandomStream(seed: seed, purpose: .test)
  func random(_ count: Int, _ scale: Float) -> [Float] {
    (0..<count).map { _ in (stream.uniform() - 0.5) * scale }
  }
  return Policy(
    shape: shape.over(shape.layout.named((0..<columns).map { "column \($0)" })),
    weights: random(shape.parameterCount, 2),
    normalizer: ObservationNormalizer(
      means: random(columns, 4), deviations: random(columns, 1).map { abs($0) + 0.1 }, limit: 2),
    rewardScale: 0.3, metadata: ["market": "tiny", "market_digest": "0123456789abcdef", "note": "größer, 🙂"],
    trainingSeed: 3, trainingSteps: 1000)
}

/// A folder of the test's own, gone when the test ends.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "formats-\(UUID())").path()
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}
