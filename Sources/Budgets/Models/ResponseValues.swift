import CKernels
import Foundation
import LinearAlgebra

/// What a response channel can still bring, by tick, stock and price of money: the value function of its own Bellman
/// recursion (Bellman, 1957).
///
/// With last tick's stock a, a level that spends s makes the stock b = retention · a + gain · s, earns weight · H(b), and
/// leaves b to the next tick; money costs ρ:
///
///     V_t(a; ρ) = max over levels of weight_t H(b) − ρ s + V_(t+1)(b; ρ),    V at the end = 0.
///
/// Stock is read between nodes along chords, prices likewise. All is at a response factor of 1; where money brings c times
/// as much, the value at a price λ is c V(a; λ / c). So one table serves all beliefs about the factor. S-shaped curves,
/// whose best levels jump between off and full, are as exact as any: nothing is linearised.
final class ResponseValues: Sendable {
  /// What is read; valid as long as the object lives.
  let table: Table
  /// Nodes, then prices.
  private let axes: Matrix
  /// (Ticks + 1) × nodes rows, a column per price: value, then the money spent from the tick on.
  private let values: Matrix
  private let spends: Matrix

  /// Solves the recursion.
  ///
  /// Complexity: O(ticks · nodes · levels · prices), some millions of multiplications.
  /// - Parameters:
  ///   - response: the curve.
  ///   - ladder: money by level.
  ///   - retention: the share of stock kept per tick.
  ///   - weights: by tick, the objective earned where the curve is at its ceiling.
  ///   - nodes: how many stocks are tabulated.
  ///   - priceCount: how many prices are.
  init(
    _ response: ResponseModel, ladder: [Float], retention: Float, weights: [Float], nodes: Int = 40,
    priceCount: Int = 48
  ) {
    let highest = response.stockGain * (ladder.last ?? 0) / (1 - retention)
    // Without carry-over the stock of the last tick does not matter.
    let grid = StockGrid(highest: Double(highest), count: retention > 0 ? nodes : 2)
    let nodes = grid.nodes.map { Float($0) }
    // Beyond the highest return that any stock can have, nothing is bought.
    let lowest = max(response.stockGain * (ladder.first { $0 > 0 } ?? 0), 1e-30)
    let returns = (0...60).reduce(Float(0)) { best, step in
      let stock = lowest * pow(max(highest / lowest, 1), Float(step) / 60)
      return max(best, response.saturation(stock) / stock)
    }
    let top = max(
      returns * response.stockGain / (1 - retention) * (weights.max() ?? 0), .leastNormalMagnitude * 1e6)
    // The first price is 0, the others rise geometrically over three and a half decades.
    let step = 3.5 * log(Float(10)) / Float(priceCount - 2)
    let prices =
      [0] + (0..<priceCount - 1).map { top * exp(-step * Float(priceCount - 2 - $0)) }
    axes = Matrix(rows: 1, columns: nodes.count + prices.count, nodes + prices)
    values = Matrix(rows: (weights.count + 1) * nodes.count, columns: priceCount)
    spends = Matrix(rows: values.rows, columns: priceCount)
    table = Table(
      nodes: axes.pointer, nodeCount: nodes.count, prices: axes.pointer + nodes.count,
      priceCount: priceCount, logFirst: log(prices[1]), inverseStep: 1 / step, values: values.pointer,
      spends: spends.pointer)

    let pairs = nodes.flatMap { node in
      ladder.map { retention * node + response.stockGain * $0 }
    }
    let saturation = pairs.map { response.saturation($0) }
    let places = pairs.map { [table] in table.stockPlace($0) }
    let (cells, fractions) = (places.map { Int32($0.cell) }, places.map(\.fraction))
    for tick in stride(from: weights.count - 1, through: 0, by: -1) {
      let (row, next) = (tick * nodes.count, (tick + 1) * nodes.count)
      ladder.withUnsafeBufferPointer { ladder in
        saturation.withUnsafeBufferPointer { saturation in
          cells.withUnsafeBufferPointer { cells in
            fractions.withUnsafeBufferPointer { fractions in
              var levels = ck_stock_levels(
                spend: ladder.baseAddress, saturation: saturation.baseAddress, cell: cells.baseAddress,
                fraction: fractions.baseAddress, count: ladder.count)
              ck_response_backup(
                values.view.row(next), spends.view.row(next), prices, priceCount, &levels, nodes.count,
                weights[tick], values.view.row(row), spends.view.row(row))
            }
          }
        }
      }
    }
  }
}

extension ResponseValues {
  /// A place between two nodes or prices.
  struct Place {
    var cell: Int
    var fraction: Float
    /// No stock, or a price of nothing.
    static let zero = Place(cell: 0, fraction: 0)
  }

  /// The solved recursion as plain pointers: lanes on many threads read it without counting references.
  struct Table: @unchecked Sendable {
    fileprivate let nodes: UnsafePointer<Float>
    fileprivate let nodeCount: Int
    fileprivate let prices: UnsafePointer<Float>
    fileprivate let priceCount: Int
    fileprivate let logFirst: Float
    fileprivate let inverseStep: Float
    fileprivate let values: UnsafePointer<Float>
    fileprivate let spends: UnsafePointer<Float>
  }
}

extension ResponseValues.Table {
  /// Where a stock lies; the last node stands for all beyond it.
  func stockPlace(_ stock: Float) -> ResponseValues.Place {
    let last = nodeCount - 1
    guard stock > 0, nodes[last] > 0 else { return .zero }
    // Nodes grow with the square of their number.
    let cell = Int(min((stock / nodes[last]).squareRoot() * Float(last), Float(last - 1)))
    let fraction = (stock - nodes[cell]) / (nodes[cell + 1] - nodes[cell])
    return ResponseValues.Place(cell: cell, fraction: min(max(fraction, 0), 1))
  }

  /// Where a price lies; nothing is bought at the last and beyond it.
  ///
  /// - Parameter known: the price's logarithm, where the caller has it.
  @inline(__always)
  func pricePlace(_ price: Float, log known: Float? = nil) -> ResponseValues.Place {
    let price = min(price, prices[priceCount - 1])
    guard price > prices[1] else {
      return ResponseValues.Place(cell: 0, fraction: max(price, 0) / prices[1])
    }
    let logPrice = known ?? log(price)
    let cell = min(1 + Int((logPrice - logFirst) * inverseStep), priceCount - 2)
    let fraction = (price - prices[cell]) / (prices[cell + 1] - prices[cell])
    return ResponseValues.Place(cell: cell, fraction: min(max(fraction, 0), 1))
  }

  /// The objective less priced money from a tick on, whose last tick's stock is given.
  func value(tick: Int, stock: ResponseValues.Place, price: ResponseValues.Place) -> Float {
    read(values, tick, stock, price)
  }

  /// The money spent from a tick on.
  func spend(tick: Int, stock: ResponseValues.Place, price: ResponseValues.Place) -> Float {
    read(spends, tick, stock, price)
  }

  private func read(
    _ table: UnsafePointer<Float>, _ tick: Int, _ stock: ResponseValues.Place, _ price: ResponseValues.Place
  ) -> Float {
    let below = table + (tick * nodeCount + stock.cell) * priceCount + price.cell
    let above = below + priceCount
    let low = below[0] + price.fraction * (below[1] - below[0])
    let high = above[0] + price.fraction * (above[1] - above[0])
    return low + stock.fraction * (high - low)
  }
}
