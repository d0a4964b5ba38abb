/// Nodes of stock from 0 to a highest, closer together near 0, where saturation curves bend most.
struct StockGrid {
  let nodes: [Double]

  init(highest: Double, count: Int) {
    nodes = (0..<count).map { node in
      let share = Double(node) / Double(count - 1)
      return highest * share * share
    }
  }

  var highest: Double { nodes[nodes.count - 1] }

  /// The cell that holds a stock: the node below it, the last cell at and beyond the end.
  func cell(of stock: Double) -> Int {
    guard highest > 0 else { return 0 }
    var cell = Int((max(stock, 0) / highest).squareRoot() * Double(nodes.count - 1))
    cell = min(cell, nodes.count - 2)
    // Rounding may put a node into the cell beside its own.
    while cell > 0, nodes[cell] > stock { cell -= 1 }
    while cell < nodes.count - 2, nodes[cell + 1] < stock { cell += 1 }
    return cell
  }

  /// How to read an upper bound of a rising function, known at the nodes, at a stock.
  ///
  /// The function bends down by at most `scale · curve.bend`; where that is infinite, the value at the node above serves.
  func reading(at stock: Double, curve: HillCurve) -> StockReading {
    let cell = cell(of: stock)
    let (low, high) = (nodes[cell], nodes[cell + 1])
    guard stock > low else { return StockReading(cell: cell, fraction: 0, missed: 0) }
    let bend = curve.bend(from: low)
    guard bend.isFinite else { return StockReading(cell: cell, fraction: 1, missed: 0) }
    return StockReading(
      cell: cell, fraction: min(1, (stock - low) / (high - low)),
      missed: max(0, 0.5 * bend * (stock - low) * (high - stock)))
  }
}

/// Value = node + fraction · (next node - node) + scale · missed.
struct StockReading {
  let cell: Int
  let fraction: Double
  let missed: Double
}
