import Environments
import LinearAlgebra

extension SpendColumns {
  /// The limits within rows of raw observations.
  public func limits(_ observations: MatrixView) -> SpendLimits {
    SpendLimits(
      costs: observations.columns(costs), budgets: observations.columns(budget..<budget + 1))
  }
}

/// What the choices of some rows cost, and what the action of each row may cost altogether.
public struct SpendLimits {
  /// Rows × choice count, branch after branch.
  public let costs: MatrixView
  /// Rows × 1, in the unit of the costs.
  package let budgets: MatrixView

  /// Gathers the windows.
  package init(costs: MatrixView, budgets: MatrixView) {
    precondition(
      costs.rows == budgets.rows && budgets.columns == 1, "Each row of costs needs one budget.")
    self.costs = costs
    self.budgets = budgets
  }

  package func rows(_ range: Range<Int>) -> SpendLimits {
    SpendLimits(costs: costs.rows(range), budgets: budgets.rows(range))
  }
}
