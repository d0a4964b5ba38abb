import NeuralNetworks

extension DoubleQUpdate {
  /// The settings of updates.
  public struct Configuration: Sendable, Equatable {
    /// The optimizer's settings.
    package var adam: Adam.Configuration
    /// The largest norm of all gradients together; nil does not clip.
    package var maximumGradientNorm: Float?
    /// Where Huber's loss turns from quadratic to linear.
    package var huberDelta: Float
    /// How the target network follows.
    package var targetUpdate: TargetUpdate
    /// Whether the online network picks the next action (double DQN) or the target network itself (DQN).
    package var isDouble: Bool
    /// Whether Adam leaves alone what a batch has no gradient for, in heads of 4096 and more values that are not dueling:
    /// moments of outputs that are not chosen then neither decay nor move them (as in PyTorch's `SparseAdam`). Otherwise
    /// Adam is exact, and passes over all parameters.
    public var isSparse: Bool
    /// A loss above this counts as divergence: nothing is learned from it.
    package var maximumLoss: Float

    /// Creates settings.
    public init(
      adam: Adam.Configuration = Adam.Configuration(), maximumGradientNorm: Float? = 10,
      huberDelta: Float = 1,
      targetUpdate: TargetUpdate = .polyak(0.005), isDouble: Bool = true, isSparse: Bool = false,
      maximumLoss: Float = .infinity
    ) {
      self.adam = adam
      self.maximumGradientNorm = maximumGradientNorm
      self.huberDelta = huberDelta
      self.targetUpdate = targetUpdate
      self.isDouble = isDouble
      self.isSparse = isSparse
      self.maximumLoss = maximumLoss
    }

    func check() {
      precondition(
        huberDelta > 0, "Huber's loss must turn linear beyond a positive difference, not \(huberDelta).")
      precondition(maximumGradientNorm ?? 1 > 0, "Gradients can be clipped to a positive norm only.")
      switch targetUpdate {
      case .hard(let interval):
        precondition(interval > 0, "A target network is copied every 1 or more updates, not \(interval).")
      case .polyak(let rate):
        precondition(rate > 0 && rate <= 1, "A target network follows at a rate in (0, 1], not \(rate).")
      }
    }
  }
}

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
