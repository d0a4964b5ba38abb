import Learning
import LinearAlgebra
import Measuring
import NeuralNetworks

/// How long a policy takes to answer a batch of observations, on one thread.
struct InferenceBenchmark: Encodable {
  let batch: Int
  let medianMicroseconds: Double
  let p99Microseconds: Double

  init(policy: Policy, batch: Int, budget: Double) {
    self.batch = batch
    let runner = PolicyRunner(policy, maximumBatch: batch)
    let observations = Matrix(rows: batch, columns: policy.shape.observationSize)
    var stream = RandomStream(seed: 3, purpose: .test)
    for index in 0..<observations.count { observations.pointer[index] = stream.uniform() }
    var actions = [Int32](repeating: 0, count: batch * policy.shape.branchCount)
    let samples = sortedSeconds(budget: budget) {
      actions.withUnsafeMutableBufferPointer { buffer in
        guard let first = buffer.baseAddress else { return }
        runner.act(observations: observations.view, into: first)
      }
    }
    medianMicroseconds = samples[samples.count / 2] * 1e6
    p99Microseconds = samples[samples.count * 99 / 100] * 1e6
  }

  private enum CodingKeys: String, CodingKey {
    case batch
    case medianMicroseconds = "p50Us"
    case p99Microseconds = "p99Us"
  }
}
