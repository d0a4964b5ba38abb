/// The best choice of every branch whose costs together stay within a budget: the multiple-choice knapsack.
///
/// Solved by branch and bound under the Lagrangian bound (Fisher, 1981): with the price λ of a unit of cost that a
/// bisection finds, no completion of a partial choice is worth more than what it has, the best of value − λ · cost of
/// every branch still open, and λ times the money left.
public struct FeasibleChoice: Sendable {
  /// The search gives up proving after so many steps, and plays the best it has: far more than nine channels of sixteen
  /// levels need.
  private static let stepLimit = 200_000

  private let values: ArraySlice<Float>
  private let costs: ArraySlice<Float>
  private let mask: ArraySlice<UInt8>?
  private let branchSizes: [Int]

  /// Takes one row: values, costs and mask (0 where not allowed) of all choices, branch after branch; costs are not
  /// negative, and every branch has an allowed choice.
  public init(
    values: ArraySlice<Float>, costs: ArraySlice<Float>, mask: ArraySlice<UInt8>?, branchSizes: [Int]
  ) {
    self.values = values
    self.costs = costs
    self.mask = mask
    self.branchSizes = branchSizes
  }

  private struct Option {
    let choice: Int32
    let value: Double
    let cost: Double
  }

  /// The choice of every branch; nil where no allowed combination stays within the budget.
  public func best(within budget: Float) -> [Int32]? {
    let budget = Double(budget)
    let branches = options
    let cheapest = branches.map { $0.map(\.cost).min() ?? .infinity }
    guard cheapest.reduce(0, +) <= budget else { return nil }
    var search = Search(branches: branches, price: price(branches, budget: budget), cheapest: cheapest)
    search.run(budget: budget)
    return search.best.enumerated().map { branches[$0.offset][$0.element].choice }
  }

  /// The allowed options of every branch.
  private var options: [[Option]] {
    var start = 0
    return branchSizes.map { size in
      defer { start += size }
      return (0..<size).compactMap { choice in
        let place = start + choice
        if let mask, mask[mask.startIndex + place] == 0 { return nil }
        return Option(
          choice: Int32(choice), value: Double(values[values.startIndex + place]),
          cost: Double(costs[costs.startIndex + place]))
      }
    }
  }

  /// The lowest price, by bisection, at which taking each branch's best option stays within the budget.
  private func price(_ branches: [[Option]], budget: Double) -> Double {
    func spend(_ price: Double) -> Double {
      branches.reduce(0) { sum, options in
        let best = options.max {
          ($0.value - price * $0.cost, -$0.cost) < ($1.value - price * $1.cost, -$1.cost)
        }
        return sum + (best?.cost ?? 0)
      }
    }
    guard spend(0) > budget else { return 0 }
    var (low, high) = (0.0, 1.0)
    while spend(high) > budget && high < 1e30 { high *= 4 }
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if spend(middle) > budget { low = middle } else { high = middle }
    }
    return high
  }

  /// Depth first, each branch's options in the order of their priced values.
  private struct Search {
    let branches: [[Option]]
    let price: Double
    /// What the branches from each one on cost at least, and what they are worth at most at the price.
    private var costAfter: [Double]
    private var boundAfter: [Double]
    private let order: [[Int]]
    private var chosen: [Int]
    private(set) var best: [Int]
    private var bestValue = -Double.infinity
    private var steps = 0

    init(branches: [[Option]], price: Double, cheapest: [Double]) {
      self.branches = branches
      self.price = price
      costAfter = Array(repeating: 0, count: branches.count + 1)
      boundAfter = costAfter
      for index in branches.indices.reversed() {
        costAfter[index] = costAfter[index + 1] + cheapest[index]
        let worth = branches[index].map { $0.value - price * $0.cost }.max() ?? 0
        boundAfter[index] = boundAfter[index + 1] + worth
      }
      order = branches.map { options in
        options.indices.sorted {
          options[$0].value - price * options[$0].cost > options[$1].value - price * options[$1].cost
        }
      }
      chosen = Array(repeating: 0, count: branches.count)
      // What costs least always fits.
      best = zip(branches, cheapest).map { options, cost in options.firstIndex { $0.cost == cost } ?? 0 }
    }

    mutating func run(budget: Double) { visit(0, value: 0, left: budget) }

    private mutating func visit(_ branch: Int, value: Double, left: Double) {
      guard branch < branches.count else {
        if value > bestValue {
          bestValue = value
          best = chosen
        }
        return
      }
      for index in order[branch] {
        steps += 1
        if steps > FeasibleChoice.stepLimit { return }
        let option = branches[branch][index]
        let rest = left - option.cost
        guard rest >= costAfter[branch + 1] else { continue }
        let bound = value + option.value + boundAfter[branch + 1] + price * rest
        // Later options are worth less at the price, so none of them can do better.
        guard bound > bestValue + 1e-12 * abs(bestValue) || bestValue == -.infinity else { return }
        chosen[branch] = index
        visit(branch + 1, value: value + option.value, left: rest)
      }
    }
  }
}
