/// The hyperparameters that all policy-gradient learners share.
public struct ActorCriticConfiguration: Sendable, Equatable {
  /// The widths of the hidden layers of the actor, and of the critic.
  public var hidden: [Int]
  /// Adam's step size, along the run.
  public var learningRate: Schedule
  /// γ: what a reward one step later is worth.
  public var discount: Float
  /// λ: how far advantages look ahead before they trust the critic; 1 to the end of the episode.
  public var traceDecay: Float
  /// What a nat of the policy's entropy is worth, in units of normalised advantages.
  public var entropy: Float
  /// Gradients of the actor, and those of the critic, are scaled down to this norm; nil does not clip.
  public var maximumGradientNorm: Float?
  /// Whether the advantages of each update are brought to mean 0 and deviation 1.
  public var normalizesAdvantages: Bool
  /// Whether observations are brought to mean 0 and deviation 1, by the moments of all seen before the rollout.
  public var normalizesObservations: Bool
  /// Whether rewards are divided by the deviation of the running discounted return, as seen before the rollout.
  public var normalizesRewards: Bool
  /// Over how many environment steps the learning rate's schedule runs; nil for the steps of the first call of `train`.
  public var scheduleSteps: Int?
  /// The most threads to use; nil for as many as there are processors. Results are the same for every value.
  public var threads: Int?
  /// Decides the first weights and all choices; the environments have a seed of their own.
  public var seed: UInt64

  /// Gathers hyperparameters; those not given are the defaults.
  public init(
    hidden: [Int] = [64, 64], learningRate: Schedule = .linear(from: 1e-3, to: 0), discount: Float = 0.99,
    traceDecay: Float = 0.95, entropy: Float = 0, maximumGradientNorm: Float? = 0.5,
    normalizesAdvantages: Bool = true, normalizesObservations: Bool = true, normalizesRewards: Bool = true,
    scheduleSteps: Int? = nil, threads: Int? = nil, seed: UInt64 = 1
  ) {
    self.hidden = hidden
    self.learningRate = learningRate
    self.discount = discount
    self.traceDecay = traceDecay
    self.entropy = entropy
    self.maximumGradientNorm = maximumGradientNorm
    self.normalizesAdvantages = normalizesAdvantages
    self.normalizesObservations = normalizesObservations
    self.normalizesRewards = normalizesRewards
    self.scheduleSteps = scheduleSteps
    self.threads = threads
    self.seed = seed
  }

  /// Stops with a sentence where a number makes no sense.
  func check() {
    precondition(discount >= 0 && discount <= 1, "A discount lies between 0 and 1, not at \(discount).")
    precondition(traceDecay >= 0 && traceDecay <= 1, "λ lies between 0 and 1, not at \(traceDecay).")
    precondition(entropy >= 0, "Entropy cannot be worth less than nothing: \(entropy).")
    precondition(maximumGradientNorm ?? 1 > 0, "The maximum gradient norm must be positive.")
    precondition(scheduleSteps ?? 1 > 0, "Schedules need at least one step, not \(scheduleSteps ?? 0).")
    precondition(threads ?? 1 > 0, "Training needs at least one thread, not \(threads ?? 0).")
  }
}
