import LinearAlgebra

/// What to show to a visitor, learned from a log: the product whose click is most likely, by a regression of clicks on
/// how likely the product is to be viewed next.
///
/// The regression has two parts: how clicks rise with a product's probability to be viewed, which all products share and
/// the log teaches well; and each product's own surplus, which a strong penalty holds near 0 until clicks speak for it.
public final class ShopRecommender {
  /// What visitors view.
  public let views: NextViewModel
  private let weights: [Float]

  /// As if a product's surplus had been seen to be 0 in this many recommendations.
  private static let surplusRows: Float = 3000

  /// Learns from a log.
  public init(_ log: ShopLog, seed: UInt64) {
    let views = NextViewModel(log, seed: seed)
    self.views = views
    let products = log.products
    let regression = RidgeRegression(features: 3 + products, penalty: 1)
    var row = [Float](repeating: 0, count: 3 + products)
    var rows = log.histories
    rows.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let histories = MatrixView(
        pointer: base, rows: log.clicks.count, columns: log.columns, stride: log.columns)
      for start in stride(from: 0, to: log.clicks.count, by: 1024) {
        let range = start..<min(start + 1024, log.clicks.count)
        let likely = views.logProbabilities(histories.rows(range))
        for (index, place) in range.enumerated() {
          let shown = log.decisions[place].arm
          Self.write(likely[index, shown], product: shown, into: &row)
          regression.add(row.span, target: log.clicks[place])
        }
      }
    }
    var solved = [Float](repeating: 0, count: 3 + products)
    var span = solved.mutableSpan
    regression.solve(into: &span)
    weights = solved
  }

  /// The expected click rate of each product: rows × products.
  package func clickRates(_ histories: MatrixView) -> Matrix {
    let rates = views.logProbabilities(histories)
    var row = [Float](repeating: 0, count: weights.count)
    for index in 0..<rates.rows {
      for product in 0..<rates.columns {
        Self.write(rates[index, product], product: product, into: &row)
        rates[index, product] = (0..<row.count).reduce(0) { $0 + row[$1] * weights[$1] }
      }
    }
    return rates
  }

  /// The product of the highest expected click rate for each history.
  public func choose(_ histories: MatrixView) -> [Int] {
    let rates = clickRates(histories)
    return (0..<rates.rows).map { row in
      (0..<rates.columns).max { rates[row, $0] < rates[row, $1] } ?? 0
    }
  }

  private static func write(_ logProbability: Float, product: Int, into row: inout [Float]) {
    for index in row.indices { row[index] = 0 }
    row[0] = 1
    row[1] = max(logProbability, -15) / 5
    row[2] = ScalarKernels.exp(logProbability)
    row[3 + product] = 1 / surplusRows.squareRoot()
  }
}
