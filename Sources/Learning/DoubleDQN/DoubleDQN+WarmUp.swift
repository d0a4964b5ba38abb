import LinearAlgebra
import NeuralNetworks

extension DoubleDQN {
  /// Measures the observations of a warm-up step and plays the prior on them, where there is one.
  func warmUp(_ observations: MatrixView) {
    observationMoments.add(observations)
    let layout = shape.layout
    guard let prior = layout.prior else {
      guard layout.spend != nil else { return actions.fill(0) }
      // What is disturbed must be within the budget; any network's action is.
      return runner.act(observations: observations, into: actions.pointer)
    }
    // Behind the prior's state value stand its advantages.
    runner.searches[0].choice.act(
      observations.columns(prior.dropFirst()), mask: layout.mask(in: observations),
      limits: layout.spend?.limits(observations), into: actions.pointer)
  }

  /// Fixes normaliser and reward scale.
  func finishWarmup() {
    switch configuration.rewardScale {
    case .constant(let scale): rewardScale = scale
    case .automatic: rewardScale = returns.scale
    }
    adopt(configuration.normalizesObservations ? measuredNormalizer : unmeasuredNormalizer)
  }

  /// Normalises by a fixed normaliser from now on, wherever observations are read.
  func adopt(_ fixed: ObservationNormalizer) {
    normalizer = fixed
    table = NormalizationTable(fixed, layout: shape.layout)
    runner.normalize(with: fixed)
    update.priorTransform = fixed.priorTransform(of: shape.layout, rewardScale: rewardScale)
  }

  /// The normaliser before anything was measured.
  var unmeasuredNormalizer: ObservationNormalizer {
    ObservationNormalizer(identity: shape.observationSize, limit: configuration.observationLimit)
  }

  /// The normaliser that the warm-up has measured.
  private var measuredNormalizer: ObservationNormalizer {
    ObservationNormalizer(
      moments: observationMoments, layout: shape.layout, limit: configuration.observationLimit)
  }
}
