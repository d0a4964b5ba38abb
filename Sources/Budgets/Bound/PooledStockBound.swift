/// The bound of a response channel whose adstock spreads each spend over a finite run of ticks.
///
/// All stock that the episode sees is bought: Σ_t stock_t ≤ (Σ_l weight_l) · Σ_t spend_t. So the channel earns at most what
/// it would if every tick could choose its stock freely at price / Σ_l weight_l, up to what the highest spend builds up.
final class PooledStockBound: ChannelBound {
  let highestMultiplier: Double
  private let weights: [Double]
  private let total: Double
  private let grid: StockGrid
  private let outcomes: [Double]
  /// Cells: what a chord may miss at weight 1.
  private let missed: [Double]
  /// By tick: the cells within reach.
  private let reachable: [Int]

  /// Creates the bound for the weight of outcome by tick.
  init(_ curve: HillCurve, lags: [Double], highestSpend: Double, weights: [Double]) {
    self.weights = weights
    total = lags.reduce(0, +)
    let grid = StockGrid(highest: highestSpend * total, count: 256)
    self.grid = grid
    outcomes = grid.nodes.map { curve($0) }
    missed = (0..<grid.nodes.count - 1).map { cell in
      curve.missedByChord(from: grid.nodes[cell], width: grid.nodes[cell + 1] - grid.nodes[cell])
    }
    var built = 0.0
    reachable = weights.indices.map { tick in
      if tick < lags.count { built += lags[tick] }
      return grid.cell(of: highestSpend * built) + 1
    }
    let returns = zip(outcomes, grid.nodes).dropFirst(8).reduce(0) { max($0, $1.1 > 0 ? $1.0 / $1.1 : 0) }
    highestMultiplier = returns * (weights.max() ?? 0) * total
  }

  func value(price: Double, resolution: Resolution) -> Double {
    let price = price / total
    let nodes = grid.nodes
    var sum = 0.0
    for (tick, weight) in weights.enumerated() {
      var best = 0.0
      for cell in 0..<reachable[tick] {
        let ends = max(
          weight * outcomes[cell] - price * nodes[cell], weight * outcomes[cell + 1] - price * nodes[cell + 1]
        )
        best = max(
          best, ends + min(weight * missed[cell], price * (nodes[cell + 1] - nodes[cell])))
      }
      sum += best
    }
    return sum
  }
}
