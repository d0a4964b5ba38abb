import NeuralNetworks

extension DoubleQUpdate {
  /// The settings of updates.
  public struct Configuration: Sendable, Equatable {
    /// The optimizer's settings.
    public var adam: Adam.Configuration
    /// The largest norm of all gradients together; nil does not clip.
    public var maximumGradientNorm: Float?
    /// Where Huber's loss turns from quadratic to linear.
    public var huberDelta: Float
    /// How the target network follows.
    public var targetUpdate: TargetUpdate
    /// Whether the online network picks the next action (double DQN) or the target network itself (DQN).
    public var isDouble: Bool
    /// Whether Adam leaves alone what a batch has no gradient for, in heads of 4096 and more values that are not dueling:
    /// moments of outputs that are not chosen then neither decay nor move them (as in PyTorch's `SparseAdam`). Otherwise
    /// Adam is exact, and passes over all parameters.
    public var isSparse: Bool
    /// A loss above this counts as divergence: nothing is learned from it.
    public var maximumLoss: Float

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

/// How the target network follows the online network.
public enum TargetUpdate: Sendable, Equatable {
  /// A copy after every n-th update (Mnih et al., 2015).
  case hard(every: Int)
  /// target ← target + τ · (online − target) after every update (Lillicrap et al., 2016).
  case polyak(Float)

  /// What the difference counts after an update of a number, counted from 1; nil where the target stays.
  func rate(step: Int) -> Float? {
    switch self {
    case .hard(let interval): step % interval == 0 ? 1 : nil
    case .polyak(let rate): rate
    }
  }
}
