import Learning
import LinearAlgebra
import Measuring
import NeuralNetworks

/// The time of one double-DQN update of the reference network, 64-256-256-(8×16).
struct UpdateBenchmark: Encodable {
  let batch: Int
  let head: Aggregation
  let microseconds: Double
  /// The useful operations of its products per nanosecond; see `NetworkShape.updateOperations`.
  let gflops: Double
  /// Of what the machine's matrix products reach on all threads.
  let shareOfPeak: Double
  /// The time on one thread over the time on all.
  let scaling: Double

  /// Measures; `peak` is what the machine's matrix products reach on all threads, in GFLOP/s.
  init(batch: Int, peak: Double, budget: Double) {
    self.batch = batch
    head = referenceShape.aggregation
    let one = Self.seconds(batch: batch, threads: 1, budget: budget)
    let all = Self.seconds(batch: batch, threads: availableThreads(), budget: budget)
    let best = min(one, all)
    microseconds = best * 1e6
    gflops = referenceShape.updateOperations(batch: batch) / best / 1e9
    shareOfPeak = gflops / peak
    scaling = one / all
  }

  private static func seconds(batch: Int, threads: Int, budget: Double) -> Double {
    let update = DoubleQUpdate(
      shape: referenceShape, maximumBatch: batch, seed: 1, pool: WorkerPool(threads: threads))
    var stream = RandomStream(seed: 2, purpose: .test)
    let states = Matrix(rows: batch, columns: referenceShape.observationSize)
    let next = Matrix(rows: batch, columns: referenceShape.observationSize)
    for index in 0..<states.count {
      states.pointer[index] = stream.uniform() * 2 - 1
      next.pointer[index] = stream.uniform() * 2 - 1
    }
    let actions = (0..<batch * referenceShape.branchCount).map { _ in Int32(stream.uniform() * 16) }
    let rewards = (0..<batch).map { _ in stream.uniform() }
    let discounts = [Float](repeating: 0.97, count: batch)
    return actions.withUnsafeBufferPointer { actions in
      rewards.withUnsafeBufferPointer { rewards in
        discounts.withUnsafeBufferPointer { discounts in
          guard let a = actions.baseAddress, let r = rewards.baseAddress, let d = discounts.baseAddress else {
            return .nan
          }
          let transitions = TransitionBatch(
            observations: states.view, actions: a, rewards: r, discounts: d, nextObservations: next.view)
          return medianSeconds(budget: budget) { _ = update.update(transitions) }
        }
      }
    }
  }
}
