import LinearAlgebra

/// Picks the best choice of every branch in every row; of equals the first.
///
/// - Parameters:
///   - values: batch × choice count, branch after branch.
///   - branchSizes: the number of choices of each branch.
///   - actions: where the choices go: batch × branches.
///   - mask: batch × choice count, above 0 where a choice is allowed; nil allows all. Every branch needs a choice.
public func argmaxChoices(
  _ values: MatrixView, branchSizes: [Int], into actions: UnsafeMutablePointer<Int32>,
  mask: MatrixView? = nil
) {
  precondition(
    branchSizes.reduce(0, +) == values.columns,
    "The branches have \(branchSizes.reduce(0, +)) choices, the values \(values.columns) columns.")
  precondition(
    mask.map { $0.rows == values.rows && $0.columns == values.columns } ?? true,
    "A mask has a number for each value.")
  var place = 0
  for row in 0..<values.rows {
    var start = 0
    for size in branchSizes {
      let allowed = mask.map { UnsafePointer($0.row(row) + start) }
      actions[place] = Int32(argmax(values.row(row) + start, count: size, mask: allowed))
      place += 1
      start += size
    }
  }
}
