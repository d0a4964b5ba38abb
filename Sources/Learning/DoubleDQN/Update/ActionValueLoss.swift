import LinearAlgebra
import NeuralNetworks

/// A loss of the values of the actions taken, and its gradients through the head: what an update puts between the
/// trunk's way up and its way down.
///
/// Shards of a batch are differentiated side by side, each with room of its own.
protocol ActionValueLoss: AnyObject, Sendable {
  /// How many parameters have gradients in the flat buffer; those behind them have theirs elsewhere.
  var gradientCount: Int { get }

  /// Takes from both networks what all rows need, after their parameters have changed.
  func prepare(pool: WorkerPool?)

  /// Computes the targets of a shard's rows and the gradients of the batch's mean loss by the head's parameters and by what
  /// the head reads, which `trunk.slopes` takes.
  ///
  /// - Parameters:
  ///   - batch: all transitions.
  ///   - rows: those of the shard.
  ///   - shard: its number.
  ///   - trunk: what both networks' trunks made of the states and next states.
  ///   - gradients: the shard's flat buffer.
  ///   - errors: batch: where absolute errors go (of a branching network: means over branches).
  func differentiate(
    _ batch: TransitionBatch, rows: Range<Int>, shard: Int, trunk: TrunkPass,
    gradients: UnsafeMutablePointer<Float>, errors: UnsafeMutablePointer<Float>
  ) -> LossSums

  /// Sums the gradients that are kept elsewhere over the shards, and returns their squared norm.
  func sumApart(_ batch: TransitionBatch, shards: Int, trunks: [TrunkPass]) -> Double
  /// Moves the parameters whose gradients are kept elsewhere.
  func stepApart(_ step: OptimizerStep, pool: WorkerPool)
  /// The gradients that are kept elsewhere, in the order of the parameters behind `gradientCount`.
  var gradientsApart: [Float] { get }
}

extension ActionValueLoss {
  func sumApart(_ batch: TransitionBatch, shards: Int, trunks: [TrunkPass]) -> Double { 0 }
  func stepApart(_ step: OptimizerStep, pool: WorkerPool) {}
  var gradientsApart: [Float] { [] }
}

/// What a shard adds to the statistics of an update: sums over rows.
struct LossSums {
  var loss: Float = 0
  var value: Float = 0
}

/// Huber's loss: quadratic up to a difference of δ, linear beyond.
struct HuberLoss {
  let delta: Float

  @inline(__always) func callAsFunction(_ difference: Float) -> Float {
    let size = abs(difference)
    return size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta)
  }

  /// The loss's slope. NaN stays, so that a broken update shows in its statistics.
  @inline(__always) func slope(_ difference: Float) -> Float {
    if difference > delta { return delta }
    if difference < -delta { return -delta }
    return difference
  }
}
