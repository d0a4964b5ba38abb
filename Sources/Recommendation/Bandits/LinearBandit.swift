import LinearAlgebra

/// A bandit with a ridge regression of rewards on features for each arm: linear ε-greedy, LinUCB and linear Thompson
/// sampling, by its exploration.
///
/// An arm's reward in context x is taken to be θᵀφ(x) plus noise. Learning a row costs O(n²) for n features; choosing
/// costs O(n²) an arm and row, in one triangular product per arm.
public final class LinearBandit: ContextualBandit {
  /// What the regressions read of a context.
  public let features: FeatureMap
  /// How uncertain arms are played.
  public var exploration: BanditExploration
  private let models: [RidgeRegression]
  /// Arms × features: the mean weights.
  private let weights: Matrix

  /// The number of arms.
  public var arms: Int { models.count }
  /// The length of a context row.
  public var contextSize: Int { features.contextSize }

  /// Creates a bandit that knows nothing.
  ///
  /// - Parameters:
  ///   - arms: the number of arms.
  ///   - features: what is read of a context.
  ///   - exploration: how uncertain arms are played.
  ///   - penalty: λ of the regressions.
  public init(
    arms: Int, features: FeatureMap, exploration: BanditExploration = .upperConfidence(0.3),
    penalty: Double = 0.3
  ) {
    precondition(arms > 0, "A bandit needs at least one arm, not \(arms).")
    exploration.check()
    self.features = features
    self.exploration = exploration
    models = (0..<arms).map { _ in RidgeRegression(features: features.size, penalty: penalty) }
    weights = Matrix(rows: arms, columns: features.size)
  }

  /// The expected reward of every arm: rows × arms.
  public func means(_ contexts: MatrixView, into means: MatrixView) {
    let inputs = Matrix(rows: contexts.rows, columns: features.size)
    features.write(contexts, into: inputs.view)
    multiply(inputs.view, transposed: false, weights.view, transposed: true, into: means)
  }

  /// Writes the probability of playing each arm in each context: rows × arms.
  public func probabilities(
    _ contexts: MatrixView, into probabilities: MatrixView, stream: inout RandomStream
  ) {
    precondition(
      contexts.columns == contextSize && probabilities.columns == arms
        && probabilities.rows == contexts.rows,
      "Contexts of \(contextSize) columns have as many rows of \(arms) probabilities.")
    let count = contexts.rows
    let inputs = Matrix(rows: count, columns: features.size)
    features.write(contexts, into: inputs.view)
    let means = Matrix(rows: count, columns: arms)
    multiply(inputs.view, transposed: false, weights.view, transposed: true, into: means.view)
    // Row by row, so that a row's arms lie side by side.
    let deviations = Matrix(rows: count, columns: arms)
    if exploration.readsDeviations {
      for (arm, model) in models.enumerated() {
        model.deviations(inputs.view, into: deviations.view.columns(arm..<arm + 1))
      }
    }
    for row in 0..<count {
      exploration.probabilities(
        means: means.view.row(row), deviations: deviations.view.row(row),
        into: probabilities.row(row), arms: arms, stream: &stream)
    }
  }

  /// Adds each row to the regression of the arm that was played.
  public func learn(_ contexts: MatrixView, decisions: [BanditDecision], rewards: [Float]) {
    check(contexts, decisions, rewards)
    let inputs = Matrix(rows: contexts.rows, columns: features.size)
    features.write(contexts, into: inputs.view)
    for (row, decision) in decisions.enumerated() {
      let input = UnsafeBufferPointer(start: inputs.view.row(row), count: features.size)
      models[decision.arm].add(input.span, target: rewards[row])
    }
    for arm in Set(decisions.map(\.arm)) {
      let target = UnsafeMutableBufferPointer(start: weights.view.row(arm), count: features.size)
      var span = target.mutableSpan
      models[arm].solve(into: &span)
    }
  }
}
