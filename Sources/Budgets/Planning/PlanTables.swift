import CKernels
import LinearAlgebra

/// Gains and costs of every level of every group, a group being the ladder of one channel in one period.
///
/// Entry (level, group) stands at `level * stride + group`, so that the search for the best levels runs along groups.
final class PlanTables {
  /// The number of columns: groups rounded up to 16.
  let stride: Int
  /// The length of the longest ladder.
  let levelCount: Int
  /// The objective gained, in the period itself.
  let gain: UnsafeMutablePointer<Float>
  /// The gain with carry-over priced in: what levels are chosen by.
  let netGain: UnsafeMutablePointer<Float>
  /// The money expected to be spent.
  let cost: UnsafeMutablePointer<Float>
  /// What holding the level adds to exposure or stock per tick.
  let push: UnsafeMutablePointer<Float>
  /// The variance of the log of the gain where a channel's curve is one of many; 0 elsewhere.
  let doubt: UnsafeMutablePointer<Float>
  /// Groups: the level chosen.
  let chosen: UnsafeMutablePointer<Int32>
  private let storage: Matrix

  init(groups: Int, levels: Int) {
    stride = (groups + 15) / 16 * 16
    levelCount = levels
    storage = Matrix(rows: 5 * levels, columns: stride)
    gain = storage.pointer
    netGain = gain + levels * stride
    cost = netGain + levels * stride
    push = cost + levels * stride
    doubt = push + levels * stride
    chosen = .allocate(capacity: stride)
    chosen.initialize(repeating: 0, count: stride)
  }

  deinit { chosen.deallocate() }

  /// Makes every entry of a group unattractive beyond the levels its ladder has.
  func close(group: Int, beyond count: Int) {
    for level in count..<max(count, levelCount) {
      netGain[level * stride + group] = -.infinity
      cost[level * stride + group] = 0
    }
  }

  /// Leaves the columns from a group on without choice or cost.
  func closeGroups(from first: Int) { closeGroups(first..<max(first, stride)) { _ in true } }

  /// Leaves some columns without choice or cost.
  func closeGroups(_ groups: Range<Int>, where isClosed: (Int) -> Bool) {
    for group in groups where isClosed(group) {
      close(group: group, beyond: 0)
      netGain[group] = 0
      gain[group] = 0
      push[group] = 0
    }
  }

  /// The money spent at a price of money, by the groups that are not closed.
  func spend(at multiplier: Float) -> Float { ck_spend_at(netGain, cost, stride, levelCount, multiplier) }

  /// The level that a group takes at a price of money, the first among equals.
  func best(group: Int, at multiplier: Float) -> Int {
    var (best, most) = (0, -Float.infinity)
    for level in 0..<levelCount {
      let score = netGain[level * stride + group] - multiplier * cost[level * stride + group]
      if score > most { (best, most) = (level, score) }
    }
    return best
  }

  /// Chooses the levels at a price of money.
  func choose(at multiplier: Float) { ck_levels_at(netGain, cost, stride, levelCount, multiplier, chosen) }
}

/// The smallest price of money, to a part in a thousand, at which no more than a budget is spent, or, where none is high
/// enough, as little as can be.
///
/// - Parameter spend: the money spent at a price, which falls as the price rises.
func priceOfMoney(spending budget: Float, near start: Float, spend: (Float) -> Float) -> Float {
  guard spend(0) > budget else { return 0 }
  var high = start > 0 ? start * 1.05 : 1
  var factor: Float = 1.2
  while spend(high) > budget {
    // The lowest levels alone cost too much: the price at which nothing else is bought.
    if high > 1e30 { return priceOfMoney(spending: spend(high), near: start, spend: spend) }
    high *= factor
    factor = min(factor * factor, 1e4)
  }
  var low = high
  factor = 1.2
  repeat {
    low /= factor
    factor = min(factor * factor, 1e4)
  } while low > 1e-30 && spend(low) <= budget
  while high > low * 1.001 {
    let middle = low.squareRoot() * high.squareRoot()
    if spend(middle) > budget { low = middle } else { high = middle }
  }
  return high
}
