import Budgets
import LinearAlgebra
import Testing

@Suite struct AdstockStocksTests {
  /// Σ stock(x) · y = Σ x · slopes(y): the one is the transpose of the other.
  @Test(arguments: [
    Adstock.none, .geometric(retention: 0.7), .weibull(shape: 1.5, scale: 2, length: 5),
  ])
  func slopesAreTheTranspose(_ adstock: Adstock) {
    var stream = RandomStream(seed: 1, purpose: .test)
    let (x, y) = (
      (0..<20).map { _ in Double(stream.uniform()) }, (0..<20).map { _ in Double(stream.uniform()) }
    )
    let left = zip(adstock.stocks(of: x), y).reduce(0) { $0 + $1.0 * $1.1 }
    let right = zip(x, adstock.spendSlopes(y)).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(left - right) < 1e-12 * abs(left))
  }

  @Test func countsRecentSpends() {
    #expect(Adstock.geometric(retention: 0.5).stocks(of: [1, 0], after: [8, 4]) == [5, 2.5])
    let weibull = Adstock.weibull(shape: 1.5, scale: 2, length: 3)
    let weights = weibull.weights ?? []
    let expected = [weights[0] + weights[1] * 4 + weights[2] * 8, weights[1] + weights[2] * 4]
    for (stock, value) in zip(weibull.stocks(of: [1, 0], after: [8, 4]), expected) {
      #expect(abs(stock - value) < 1e-12)
    }
  }
}
