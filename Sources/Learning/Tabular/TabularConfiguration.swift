#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Every hyperparameter of the tabular learners, with the values to begin from.
public struct TabularConfiguration: Sendable, Equatable {
  /// Which value the estimates move towards.
  public var rule: TabularRule
  /// α: the share of the way an update goes, along the run.
  public var learningRate: Schedule
  /// α is divided by the number of visits of the pair to the power of this; 0 keeps α, 0.5 to 1 averages chance out.
  public var visitExponent: Double
  /// γ: what a reward one step later is worth.
  public var discount: Double
  /// ε: with which probability any action is played, along the run.
  public var epsilon: Schedule
  /// The first value of every action; above what can be reached, it makes the learner try everything.
  public var initialValue: Double
  /// Over how many steps the schedules run; nil for the steps of the first call of `train`.
  public var scheduleSteps: Int?
  /// Decides the episodes and exploration.
  public var seed: UInt64

  /// Gathers hyperparameters; those not given are the defaults.
  public init(
    rule: TabularRule = .qLearning, learningRate: Schedule = .constant(0.1), visitExponent: Double = 0,
    discount: Double = 0.99, epsilon: Schedule = .linear(from: 1, to: 0, until: 0.9),
    initialValue: Double = 0, scheduleSteps: Int? = nil,
    seed: UInt64 = 1
  ) {
    self.rule = rule
    self.learningRate = learningRate
    self.visitExponent = visitExponent
    self.discount = discount
    self.epsilon = epsilon
    self.initialValue = initialValue
    self.scheduleSteps = scheduleSteps
    self.seed = seed
  }

  /// Stops with a sentence where a number makes no sense.
  func check() {
    precondition(
      visitExponent >= 0 && visitExponent <= 1,
      "The visit exponent lies between 0 and 1, not at \(visitExponent).")
    precondition(discount >= 0 && discount <= 1, "A discount lies between 0 and 1, not at \(discount).")
    precondition(initialValue.isFinite, "The first value must be a number, not \(initialValue).")
  }
}

extension Double {
  /// This number to a power, without the library's cost for the two that are common.
  func power(_ exponent: Double) -> Double {
    exponent == 0 ? 1 : exponent == 1 ? self : pow(self, exponent)
  }
}
