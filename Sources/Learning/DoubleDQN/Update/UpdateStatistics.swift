/// What one update did, over the whole batch.
public struct UpdateStatistics: Sendable, Equatable {
  /// The mean (weighted) Huber loss before the update.
  package let loss: Float
  /// The Euclidean norm of all gradients before clipping.
  package let gradientNorm: Float
  /// The mean value of the actions taken.
  package let meanQ: Float

  /// Whether the update could be done: its loss and gradients are numbers.
  package var isFinite: Bool { loss.isFinite && gradientNorm.isFinite }
}

/// Running means over updates.
struct UpdateMeans {
  private var count = 0.0
  private var loss = 0.0
  private var gradientNorm = 0.0
  private var meanQ = 0.0

  /// Adds an update.
  mutating func add(_ statistics: UpdateStatistics) {
    count += 1
    loss += Double(statistics.loss)
    gradientNorm += Double(statistics.gradientNorm)
    meanQ += Double(statistics.meanQ)
  }

  /// The means; NaN without an update.
  var metrics: [TrainingProgress.Metric] {
    [
      TrainingProgress.Metric("loss", loss / count),
      TrainingProgress.Metric("gradient_norm", gradientNorm / count),
      TrainingProgress.Metric("mean_q", meanQ / count),
    ]
  }
}
