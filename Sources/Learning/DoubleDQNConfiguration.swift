import Environments
import NeuralNetworks

/// Every hyperparameter of double-DQN, with the values to begin from.
public struct DoubleDQNConfiguration: Sendable, Equatable {
  /// The widths of the hidden layers.
  public var hidden: [Int]
  /// How the branches make up the value of an action.
  public var head: Aggregation
  /// Whether actions, in play, exploration and targets alike, stay within the budget that observations name, by the costs
  /// that they name; see `Environment.costColumns`.
  public var spendCap: Bool
  /// Whether a state value is learned apart from the advantages (Wang et al., 2016).
  public var isDueling: Bool
  /// Whether the online network picks the action that the target network values (van Hasselt, Guez and Silver, 2016);
  /// otherwise the target network does both (Mnih et al., 2015).
  public var isDouble: Bool
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
  /// After how many environment steps learning begins. Until then the normaliser and the reward scale are measured, on
  /// the play of the prior with ε-exploration, or on uniformly random play where there is no prior.
  public var warmupSteps: Int
  /// How many environment steps (of all lanes together) there are to an update.
  public var environmentStepsPerUpdate: Int
  /// How the target network follows.
  public var targetUpdate: TargetUpdate
  /// ε: with which probability a branch is disturbed, along the run.
  public var epsilon: Schedule
  /// How far a disturbed branch may leave the policy's choice; nil for any choice. See `Exploration`.
  public var explorationWidth: Int?
  /// What rewards are multiplied with before they are learned from.
  public var rewardScale: RewardScale
  /// Gradients are scaled down to this norm; nil does not clip.
  public var maximumGradientNorm: Float?
  /// Where the loss turns from quadratic to linear (Huber), in scaled reward units.
  public var huberThreshold: Float
  /// A loss above this, in scaled reward units, counts as divergence.
  public var maximumLoss: Float
  /// Where normalised observations are cut.
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
    isDueling: Bool = true,
    isDouble: Bool = true, initialization: Initialization = .he,
    learningRate: Schedule = .linear(from: 5e-4, to: 5e-5), discount: Float = 0.99, nStep: Int = 3,
    batchSize: Int = 256, replayCapacity: Int = 200_000, warmupSteps: Int = 20_000,
    environmentStepsPerUpdate: Int = 64, targetUpdate: TargetUpdate = .polyak(0.005),
    epsilon: Schedule = .linear(from: 1, to: 0.05, until: 0.5), explorationWidth: Int? = nil,
    rewardScale: RewardScale = .automatic, maximumGradientNorm: Float? = 10, huberThreshold: Float = 1,
    maximumLoss: Float = 1e6, observationLimit: Float = 10, scheduleSteps: Int? = nil, threads: Int? = nil,
    seed: UInt64 = 1
  ) {
    self.hidden = hidden
    self.head = head
    self.spendCap = spendCap
    self.isDueling = isDueling
    self.isDouble = isDouble
    self.initialization = initialization
    self.learningRate = learningRate
    self.discount = discount
    self.nStep = nStep
    self.batchSize = batchSize
    self.replayCapacity = replayCapacity
    self.warmupSteps = warmupSteps
    self.environmentStepsPerUpdate = environmentStepsPerUpdate
    self.targetUpdate = targetUpdate
    self.epsilon = epsilon
    self.explorationWidth = explorationWidth
    self.rewardScale = rewardScale
    self.maximumGradientNorm = maximumGradientNorm
    self.huberThreshold = huberThreshold
    self.maximumLoss = maximumLoss
    self.observationLimit = observationLimit
    self.scheduleSteps = scheduleSteps
    self.threads = threads
    self.seed = seed
  }

  /// Stops with a sentence where a number makes no sense.
  func check() {
    precondition(batchSize > 0, "An update needs at least one transition, not a batch size of \(batchSize).")
    precondition(warmupSteps >= 0, "The warm-up cannot last \(warmupSteps) steps.")
    precondition(
      environmentStepsPerUpdate > 0,
      "There cannot be \(environmentStepsPerUpdate) environment steps to an update.")
    precondition(huberThreshold > 0, "The Huber threshold must be positive, not \(huberThreshold).")
    precondition(maximumGradientNorm ?? 1 > 0, "The maximum gradient norm must be positive.")
    precondition(scheduleSteps ?? 1 > 0, "Schedules need at least one step, not \(scheduleSteps ?? 0).")
    precondition(threads ?? 1 > 0, "Training needs at least one thread, not \(threads ?? 0).")
    if case .constant(let scale) = rewardScale {
      precondition(scale > 0 && scale.isFinite, "The reward scale must be positive, not \(scale).")
    }
  }
}

extension DoubleDQNConfiguration {
  /// Why these hyperparameters do not fit a problem, in a sentence; nil where they do.
  public func fault(for problem: some Environment) -> String? {
    let branchSizes = problem.actionSpace.branchSizes
    if head == .joint {
      guard JointActions.count(branchSizes) != nil else { return JointActions.refusal(branchSizes) }
      guard problem.priorColumns == nil else {
        return "A joint head takes no prior, which has a value per choice: use observations without one."
      }
    }
    if spendCap {
      guard head == .additive else {
        return "A spend cap weighs values that add up against costs that do: it needs the additive head."
      }
      guard problem.spendColumns != nil else {
        return "A spend cap needs observations that name costs and a budget, which these do not."
      }
    }
    return nil
  }
}

extension Environment {
  /// The columns of costs and budget; nil where there are none.
  var spendColumns: SpendColumns? {
    guard let costColumns, let budgetColumn else { return nil }
    return SpendColumns(costs: costColumns, budget: budgetColumn)
  }
}

/// What rewards are multiplied with before they are learned from.
public enum RewardScale: Sendable, Equatable {
  /// The given positive number.
  case constant(Float)
  /// 1 / standard deviation of the running discounted sum of rewards over the warm-up; 1 where it does not vary.
  case automatic
}
