import LinearAlgebra

/// What the columns of an observation are called, and which of them say more than what was seen.
///
/// ```swift
/// ObservationLayout(names: ["position", "velocity"])
/// ObservationLayout(size: 9, spend: SpendColumns(costs: 0..<8, budget: 8))
/// ```
public struct ObservationLayout: Sendable, Hashable {
  /// One name per column.
  public let names: [String]
  /// The columns that hold a planner's prior: first the value of the state, then one advantage per (branch, choice) in
  /// branch order, the best of a branch at 0. Nil where there is no prior.
  public let prior: Range<Int>?
  /// The columns that hold a mask: one per (branch, choice) in branch order, a number above 0 where the choice is
  /// allowed. Every branch needs an allowed choice. Nil where everything always is.
  public let mask: Range<Int>?
  /// The columns that hold what choices cost and what an action may cost altogether. Some action must always be within
  /// it. Nil where actions have no cost that limits them.
  public let spend: SpendColumns?

  /// Lays out named columns.
  public init(
    names: [String], prior: Range<Int>? = nil, mask: Range<Int>? = nil, spend: SpendColumns? = nil
  ) {
    self.names = names
    self.prior = prior
    self.mask = mask
    self.spend = spend
  }

  /// Lays out columns named by their number.
  public init(size: Int, prior: Range<Int>? = nil, mask: Range<Int>? = nil, spend: SpendColumns? = nil) {
    self.init(names: (0..<max(0, size)).map { "observation_\($0)" }, prior: prior, mask: mask, spend: spend)
  }

  /// The number of columns: the length of an observation row.
  public var size: Int { names.count }

  /// The same columns without what no learner asked for: a prior, or costs and budget, are then numbers like others.
  package func keeping(prior keepsPrior: Bool, spend keepsSpend: Bool) -> ObservationLayout {
    ObservationLayout(
      names: names, prior: keepsPrior ? prior : nil, mask: mask, spend: keepsSpend ? spend : nil)
  }

  /// The same columns by other names, as many.
  public func named(_ names: [String]) -> ObservationLayout {
    precondition(names.count == size, "\(size) columns need as many names, not \(names.count).")
    return ObservationLayout(names: names, prior: prior, mask: mask, spend: spend)
  }

  /// Why an action space's observations cannot be laid out so, in a sentence; nil where they can.
  package func fault(for actionSpace: ActionSpace) -> String? {
    guard size > 0 else { return "An observation needs at least one column." }
    let choices = actionSpace.choiceCount
    let parts = [
      ("prior", prior, choices + 1, "state value, every choice"), ("mask", mask, choices, "every choice"),
      ("costs", spend?.costs, choices, "every choice"),
    ]
    for case (let part, let columns?, let width, let content) in parts {
      guard columns.lowerBound >= 0, columns.upperBound <= size else {
        return "The columns \(columns) of the \(part) leave the observation's \(size) columns."
      }
      guard columns.count == width else {
        return "The \(part) needs \(width) columns (\(content)), not \(columns.count)."
      }
    }
    if let spend, !names.indices.contains(spend.budget) {
      return "The budget's column \(spend.budget) leaves the observation's \(size) columns."
    }
    return nil
  }

  /// The mask within observation rows; nil where there is none.
  public func mask(in observations: MatrixView) -> MatrixView? { mask.map { observations.columns($0) } }
}

/// The columns of raw observations that hold what choices cost and what an action may cost altogether.
public struct SpendColumns: Sendable, Hashable {
  /// One per (branch, choice), in branch order.
  public let costs: Range<Int>
  /// The column of the budget, in the unit of the costs.
  public let budget: Int

  /// Names the columns.
  public init(costs: Range<Int>, budget: Int) {
    self.costs = costs
    self.budget = budget
  }
}
