import Environments
import LinearAlgebra
import NeuralNetworks

/// Every hyperparameter of double-DQN, with the values to begin from.
public struct DoubleDQNConfiguration: Sendable, Equatable {
  /// The widths of the hidden layers.
  public var hidden: [Int]
  /// How the branches make up the value of an action.
  public var head: Aggregation
  /// Whether actions, in play, exploration and targets alike, stay within the budget that observations name, by the costs
  /// that they name; see `ObservationLayout.spend`.
  public var spendCap: Bool
  /// Whether a state value is learned apart from the advantages (Wang et al., 2016). A joint head of 4096 or more actions
  /// has none: taking off their mean would give each of them a gradient in every update.
  public var isDueling: Bool
  /// Whether Adam moves, of a joint head of 4096 or more actions, only those in the batch; see
  /// `DoubleQUpdate.Configuration.isSparse`.
  public var isSparse: Bool
  /// Whether the online network picks the action that the target network values (van Hasselt, Guez and Silver, 2016);
  /// otherwise the target network does both (Mnih et al., 2015).
  public var isDouble: Bool
  /// How many quantiles of its returns are learned of every choice (Dabney, Rowland, Bellemare and Munos, 2018); 0 learns
  /// expected returns alone.
  public var quantiles: Int
  /// With quantiles, α of the conditional value at risk that choices are scored by: the expected return of the worst
  /// share α of outcomes; 1 for that of all.
  public var risk: Float
  /// How the first weights are drawn.
  public var initialization: Initialization
  /// Adam's step size, along the run.
  public var learningRate: Schedule
  /// γ: what a reward one step later is worth.
  public var discount: Float
  /// How many rewards a target sums up before it bootstraps.
  public var nStep: Int
  /// The number of transitions of an update.
  public var batchSize: Int
  /// How many steps of all lanes together the replay ring holds.
  public var replayCapacity: Int
  /// α: how much their errors decide which transitions are drawn (Schaul et al., 2016); at 0 all are drawn alike.
  public var priorityExponent: Float
  /// Whether the size of errors decides that, or their rank.
  public var prioritization: Prioritization
  /// β, along the run: how much of the unevenness of drawing the weights of transitions take back.
  public var priorityCorrection: Schedule
  /// After how many environment steps learning begins. Until then the normaliser and the reward scale are measured, on
  /// the play of the prior with ε-exploration, or on uniformly random play where there is no prior.
  public var warmupSteps: Int
  /// How many environment steps (of all lanes together) there are to an update.
  public var environmentStepsPerUpdate: Int
  /// How the target network follows.
  public var targetUpdate: TargetUpdate
  /// ε: with which probability a branch is disturbed, along the run.
  public var epsilon: Schedule
  /// σ₀ of noisy layers (Fortunato et al., 2018), which then explore instead of ε once the warm-up is over; 0 for plain
  /// layers.
  public var noise: Float
  /// How far a disturbed branch may leave the policy's choice; nil for any choice. See `Exploration`.
  public var explorationWidth: Int?
  /// The exponent of the zeta law of how many steps a disturbance lasts, 2 being usual; nil for one step. See
  /// `Exploration`.
  public var explorationPersistence: Float?
  /// What rewards are multiplied with before they are learned from.
  public var rewardScale: RewardScale
  /// Gradients are scaled down to this norm; nil does not clip.
  public var maximumGradientNorm: Float?
  /// Where the loss turns from quadratic to linear (Huber), in scaled reward units.
  public var huberThreshold: Float
  /// A loss above this, in scaled reward units, counts as divergence.
  public var maximumLoss: Float
  /// Whether observations are centred and scaled by what the warm-up measured. Play that learns may go far beyond what
  /// random play sees, up to where observations are cut: then they had better stay as they are.
  public var normalizesObservations: Bool
  /// Where (normalised) observations are cut.
  public var observationLimit: Float
  /// Over how many environment steps the schedules run; nil for the steps of the first call of `train`.
  public var scheduleSteps: Int?
  /// The most threads to use; nil for as many as there are processors. Results are the same for every value.
  public var threads: Int?
  /// Decides the first weights, exploration and replay; the environments have a seed of their own.
  public var seed: UInt64

  /// Gathers hyperparameters; those not given are the defaults.
  public init(
    hidden: [Int] = [256, 256], head: Aggregation = .branching, spendCap: Bool = false,
    isDueling: Bool = true, isSparse: Bool = false, isDouble: Bool = true, quantiles: Int = 0,
    risk: Float = 1,
    initialization: Initialization = .he,
    learningRate: Schedule = .linear(from: 5e-4, to: 5e-5), discount: Float = 0.99, nStep: Int = 3,
    batchSize: Int = 256, replayCapacity: Int = 200_000, priorityExponent: Float = 0,
    prioritization: Prioritization = .proportional,
    priorityCorrection: Schedule = .linear(from: 0.4, to: 1), warmupSteps: Int = 20_000,
    environmentStepsPerUpdate: Int = 64, targetUpdate: TargetUpdate = .polyak(0.005),
    epsilon: Schedule = .linear(from: 1, to: 0.05, until: 0.5), noise: Float = 0,
    explorationWidth: Int? = nil, explorationPersistence: Float? = nil,
    rewardScale: RewardScale = .automatic, maximumGradientNorm: Float? = 10, huberThreshold: Float = 1,
    maximumLoss: Float = 1e6, normalizesObservations: Bool = true, observationLimit: Float = 10,
    scheduleSteps: Int? = nil, threads: Int? = nil,
    seed: UInt64 = 1
  ) {
    self.hidden = hidden
    self.head = head
    self.spendCap = spendCap
    self.isDueling = isDueling
    self.isSparse = isSparse
    self.isDouble = isDouble
    self.quantiles = quantiles
    self.risk = risk
    self.initialization = initialization
    self.learningRate = learningRate
    self.discount = discount
    self.nStep = nStep
    self.batchSize = batchSize
    self.replayCapacity = replayCapacity
    self.priorityExponent = priorityExponent
    self.prioritization = prioritization
    self.priorityCorrection = priorityCorrection
    self.warmupSteps = warmupSteps
    self.environmentStepsPerUpdate = environmentStepsPerUpdate
    self.targetUpdate = targetUpdate
    self.epsilon = epsilon
    self.noise = noise
    self.explorationWidth = explorationWidth
    self.explorationPersistence = explorationPersistence
    self.rewardScale = rewardScale
    self.maximumGradientNorm = maximumGradientNorm
    self.huberThreshold = huberThreshold
    self.maximumLoss = maximumLoss
    self.normalizesObservations = normalizesObservations
    self.observationLimit = observationLimit
    self.scheduleSteps = scheduleSteps
    self.threads = threads
    self.seed = seed
  }

  /// Stops with a sentence where a number makes no sense.
  func check() {
    precondition(batchSize > 0, "An update needs at least one transition, not a batch size of \(batchSize).")
    precondition(
      priorityExponent >= 0 && priorityExponent.isFinite,
      "Priorities need an exponent of at least 0, not \(priorityExponent).")
    precondition(warmupSteps >= 0, "The warm-up cannot last \(warmupSteps) steps.")
    precondition(
      environmentStepsPerUpdate > 0,
      "There cannot be \(environmentStepsPerUpdate) environment steps to an update.")
    precondition(quantiles >= 0, "There cannot be \(quantiles) quantiles.")
    precondition(risk > 0 && risk <= 1, "Choices are scored by a share of outcomes in (0, 1], not \(risk).")
    precondition(noise >= 0 && noise.isFinite, "Noisy layers cannot begin with a deviation of \(noise).")
    precondition(huberThreshold > 0, "The Huber threshold must be positive, not \(huberThreshold).")
    precondition(maximumGradientNorm ?? 1 > 0, "The maximum gradient norm must be positive.")
    precondition(
      explorationPersistence ?? 2 > 1,
      "Disturbances cannot last by a zeta law of exponent \(explorationPersistence ?? 0).")
    precondition(scheduleSteps ?? 1 > 0, "Schedules need at least one step, not \(scheduleSteps ?? 0).")
    precondition(threads ?? 1 > 0, "Training needs at least one thread, not \(threads ?? 0).")
    if case .constant(let scale) = rewardScale {
      precondition(scale > 0 && scale.isFinite, "The reward scale must be positive, not \(scale).")
    }
  }
}

extension DoubleDQNConfiguration {
  /// Why these hyperparameters do not fit a problem, in a sentence; nil where they do.
  package func fault(for problem: some Environment) -> String? {
    let (layout, branchSizes) = (problem.observationLayout, problem.actionSpace.branchSizes)
    if head == .joint {
      guard JointActions.count(branchSizes) != nil else { return JointActions.refusal(branchSizes) }
      guard layout.prior == nil else {
        return "A joint head takes no prior, which has a value per choice: use observations without one."
      }
    }
    if spendCap {
      guard head == .additive else {
        return "A spend cap weighs values that add up against costs that do: it needs the additive head."
      }
      guard layout.spend != nil else {
        return "A spend cap needs observations that name costs and a budget, which these do not."
      }
    }
    if problem.hasCounterfactual {
      guard head == .additive, nStep == 1, batchSize % 2 == 0 else {
        return
          "Pairs of what was played and a counterfactual need 'agent.head: additive', 'agent.n_step: 1' and an even "
          + "'agent.batch_size'; or set 'counterfactual: false'."
      }
    }
    if noise > 0 && head == .joint {
      return
        "Noise on every parameter of a joint head costs more than it explores: take the branching or additive head."
    }
    let choices = branchSizes.reduce(0, +)
    if quantiles > 0 {
      guard head != .joint else {
        return "A joint head has an output per combination of choices, and quantiles multiply them: "
          + "take the branching or additive head."
      }
      guard choices * quantiles <= 1 << 16 else {
        return
          "\(quantiles) quantiles of each of \(choices) choices are more than the 65536 outputs that a network of "
          + "quantiles may have: take fewer quantiles."
      }
      guard !problem.hasCounterfactual else {
        return
          "Pairs of what was played and a counterfactual teach differences of expected returns, not quantiles: "
          + "learn without counterfactuals or without quantiles."
      }
    } else if risk < 1 {
      return "A risk below 1 scores choices by the quantiles of their returns: it needs quantiles."
    }
    return nil
  }
}

extension DoubleDQNConfiguration {
  /// The updates of a fresh network over observations of a layout.
  func update(layout: ObservationLayout, branchSizes: [Int], pool: WorkerPool) -> DoubleQUpdate {
    DoubleQUpdate(
      shape: NetworkShape(
        layout: layout, hidden: hidden, branchSizes: branchSizes, aggregation: head,
        isDueling: isDueling && !hasLargeJointHead(for: branchSizes)),
      configuration: DoubleQUpdate.Configuration(
        adam: Adam.Configuration(learningRate: learningRate.value(at: 0)),
        maximumGradientNorm: maximumGradientNorm, huberDelta: huberThreshold, targetUpdate: targetUpdate,
        isDouble: isDouble, isSparse: isSparse, maximumLoss: maximumLoss),
      maximumBatch: batchSize, seed: seed, initialization: initialization,
      noise: noise > 0 ? NoisyLayers(deviation: noise, seed: seed) : nil,
      quantiles: quantiles > 0 ? QuantileRegression(count: quantiles, risk: risk) : nil, pool: pool)
  }

  /// Whether the head has so many joint actions that updates keep to those in the batch.
  func hasLargeJointHead(for branchSizes: [Int]) -> Bool {
    head == .joint && (JointActions.count(branchSizes) ?? 0) >= NetworkShape.wideHead
  }
}

/// What rewards are multiplied with before they are learned from.
public enum RewardScale: Sendable, Equatable {
  /// The given positive number.
  case constant(Float)
  /// 1 / standard deviation of the running discounted sum of rewards over the warm-up; 1 where it does not vary.
  case automatic
}
