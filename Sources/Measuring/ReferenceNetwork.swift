import Learning
import LinearAlgebra
import NeuralNetworks

/// The network that every table of the project refers to: 64-256-256-(8×16).
public let referenceShape = networkShape(branches: 8, choices: 16)

/// The reference network with another head.
public func networkShape(branches: Int, choices: Int) -> NetworkShape {
  NetworkShape(
    observationSize: 64, hidden: [256, 256], branchSizes: Array(repeating: choices, count: branches))
}

/// The reference network with an output for each of 16⁴ combinations.
public let jointShape = NetworkShape(
  observationSize: 64, hidden: [256, 256], branchSizes: [16, 16, 16, 16], aggregation: .joint,
  isDueling: false)

/// A policy of the reference network with its first weights.
public func referencePolicy() -> Policy {
  Policy(
    shape: referenceShape, weights: BranchingNetwork(shape: referenceShape, seed: 1).parameterValues,
    normalizer: ObservationNormalizer(identity: referenceShape.observationSize))
}

/// Numbers between −0.5 and 0.5.
public func randomMatrix(_ rows: Int, _ columns: Int) -> Matrix {
  var stream = RandomStream(seed: 1, purpose: .test)
  return Matrix(rows: rows, columns: columns, (0..<rows * columns).map { _ in stream.uniform() - 0.5 })
}
