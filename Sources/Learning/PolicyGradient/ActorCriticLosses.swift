import LinearAlgebra
import NeuralNetworks

/// The clipped surrogate of proximal policy optimisation with an entropy bonus (Schulman et al., 2017, equation 7).
///
/// Mean over the batch of −min(ρ A, clip(ρ, 1 − ε, 1 + ε) A) − c H(π), with ρ = π(a | s) / π_old(a | s). Where the policy is
/// still the one that played, ρ is 1, and the gradient is that of −A log π − c H: the policy gradient theorem's (Sutton et
/// al., 2000). So an infinite ε gives REINFORCE and advantage actor-critic.
package struct PolicyLoss: OutputLoss, @unchecked Sendable {
  /// How logits make up the policy.
  package let head: CategoricalHead
  /// Batch × branches: what was played.
  package let actions: UnsafePointer<Int32>
  /// Batch: the log-probabilities of what was played when it was.
  package let logProbabilities: UnsafePointer<Float>
  /// Batch: how much better what was played is than the policy's average.
  package let advantages: UnsafePointer<Float>
  /// Batch × choices, numbers up to 0 forbidding a choice; nil allows all.
  package let masks: MatrixView?
  /// The number of rows of the batch.
  package let count: Int
  /// ε: how far a probability may move from the old one before its gradient stops.
  package let clip: Float
  /// c: what a nat of entropy is worth.
  package let entropy: Float

  /// Describes a batch; all arrays hold `count` rows and must outlive the loss.
  package init(
    head: CategoricalHead, actions: UnsafePointer<Int32>, logProbabilities: UnsafePointer<Float>,
    advantages: UnsafePointer<Float>, masks: MatrixView? = nil, count: Int, clip: Float = .infinity,
    entropy: Float = 0
  ) {
    precondition(clip > 0, "The policy needs room to move: a clip above 0, not \(clip).")
    self.head = head
    self.actions = actions
    self.logProbabilities = logProbabilities
    self.advantages = advantages
    self.masks = masks
    self.count = count
    self.clip = clip
    self.entropy = entropy
  }

  /// Sums of the loss, the entropy, an estimate of the divergence from the old policy (Schulman, 2020: ρ − 1 − log ρ) and
  /// the number of rows whose gradient was stopped.
  package func differentiate(
    _ rows: Range<Int>, outputs: MatrixView, gradients: MatrixView
  ) -> SIMD4<Double> {
    var sums = SIMD4<Double>.zero
    let share = 1 / Float(count)
    for row in rows {
      let logits = outputs.row(row - rows.lowerBound)
      let mask = masks.map { UnsafePointer($0.row(row)) }
      let action = actions + row * head.branchCount
      let (logProbability, policyEntropy) = head.measure(logits: logits, mask: mask, action: action)
      let change = logProbability - logProbabilities[row]
      let ratio = ScalarKernels.exp(change)
      let advantage = advantages[row]
      let bounded = min(max(ratio, 1 - clip), 1 + clip)
      let isStopped = bounded * advantage < ratio * advantage
      head.differentiate(
        logits: logits, mask: mask, action: action, slope: isStopped ? 0 : -share * ratio * advantage,
        entropySlope: -share * entropy, into: gradients.row(row - rows.lowerBound))
      let loss = -min(ratio * advantage, bounded * advantage) - entropy * policyEntropy
      sums += SIMD4(Double(loss), Double(policyEntropy), Double(ratio - 1 - change), isStopped ? 1 : 0)
    }
    return sums
  }
}

/// Half the mean squared difference between the value of a state, the network's only output, and what came of it.
package struct ValueLoss: OutputLoss, @unchecked Sendable {
  /// Batch: what the values should be.
  package let targets: UnsafePointer<Float>
  /// The number of rows of the batch.
  package let count: Int

  /// Describes a batch; the array must outlive the loss.
  package init(targets: UnsafePointer<Float>, count: Int) {
    self.targets = targets
    self.count = count
  }

  /// Sums of the loss and of the values.
  package func differentiate(
    _ rows: Range<Int>, outputs: MatrixView, gradients: MatrixView
  ) -> SIMD4<Double> {
    var sums = SIMD4<Double>.zero
    for row in rows {
      let value = outputs[row - rows.lowerBound, 0]
      let error = value - targets[row]
      gradients[row - rows.lowerBound, 0] = error / Float(count)
      sums += SIMD4(Double(error * error) / 2, Double(value), 0, 0)
    }
    return sums
  }
}
