import Documents
import Learning

extension DoubleDQNConfiguration {
  /// The keys of the learner's section of a configuration file; seed, threads and schedule come from the run's own keys.
  package static let settings: [Setting<DoubleDQNConfiguration>] = [
    .integers("hidden", \.hidden, 1...65_536, "widths of the hidden layers"),
    .choice("head", \.head, "how the values of choices make up an action's: branching, additive or joint"),
    .flag(
      "spend_cap", \.spendCap, "whether actions stay within the observation's budget (additive head)"),
    .flag("dueling", \.isDueling, "whether a state value is learned apart from the advantages"),
    .flag(
      "sparse", \.isSparse,
      "whether Adam moves, of 4096 or more joint actions, only those in the batch"),
    .flag("double", \.isDouble, "whether the online network picks the action that a target values"),
    .integer(
      "quantiles", \.quantiles, 0...1000, "quantiles of the returns of a choice, 0 for their mean alone"),
    .number("risk", \.risk, .share, "share of outcomes, from the worst on, that choices are scored by"),
    .choice("initialization", \.initialization, "how the first weights are drawn"),
    .schedule("learning_rate", \.learningRate, .above(0), "Adam's step size"),
    .number("discount", \.discount, .unit, "what a reward one step later is worth"),
    .integer("n_step", \.nStep, 1...1000, "rewards summed up before a target bootstraps"),
    .integer("batch_size", \.batchSize, 1...1_048_576, "transitions of an update"),
    .integer("replay_capacity", \.replayCapacity, 1...Int(Int32.max), "transitions kept"),
    .number(
      "priority_exponent", \.priorityExponent, .unit,
      "how much errors decide which transitions are drawn, 0 for not at all"),
    .choice("prioritization", \.prioritization, "whether the size of errors decides that, or their rank"),
    .schedule(
      "priority_correction", \.priorityCorrection, .unit, "how much of that the weights take back"),
    .integer(
      "warmup_steps", \.warmupSteps, 0 ... .max, "environment steps before learning begins"),
    .integer(
      "steps_per_update", \.environmentStepsPerUpdate, 1 ... .max,
      "environment steps to an update"),
    .targetUpdate("target_update", \.targetUpdate, "[polyak, rate] or [hard, updates]"),
    .schedule("exploration", \.epsilon, .unit, "chance that a channel's bid is disturbed"),
    .number(
      "noise", \.noise, .atLeast(0),
      "how noisy layers are at first (0.5 is usual), which then explore alone; 0 for plain layers"),
    .integer(
      "exploration_width", \.explorationWidth, 1...1000,
      "levels a disturbed bid may move, none for any"),
    .number(
      "exploration_persistence", \.explorationPersistence, .above(1),
      "disturbances last n steps with a chance as n to minus this (2 is usual), or none for one step"),
    .rewardScale(
      "reward_scale", \.rewardScale,
      "what rewards are multiplied with, or automatic: by the plan's worth, or by returns in the warm-up"),
    .number(
      "maximum_gradient_norm", \.maximumGradientNorm, .above(0), "clips gradients, or none"),
    .number("huber_threshold", \.huberThreshold, .above(0), "where the loss turns linear"),
    .number("maximum_loss", \.maximumLoss, .above(0), "a loss above this counts as divergence"),
    .flag(
      "normalizes_observations", \.normalizesObservations,
      "whether observations are normalised by what the warm-up measured"),
    .number("observation_limit", \.observationLimit, .above(0), "where observations are cut"),
  ]
}
