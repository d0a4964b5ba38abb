import Budgets
import Foundation
import Testing

@Suite struct AdstockTests {
  @Test func weibullFollowsItsDensity() throws {
    // Shape 2, scale 2: density (x/2) e^(-x²/4) at 1, 2, 3, 4, over its largest value.
    let weights = try #require(Adstock.weibull(shape: 2, scale: 2, length: 4).weights)
    let density = [1.0, 2, 3, 4].map { $0 / 2 * exp(-$0 * $0 / 4) }
    let largest = try #require(density.max())
    for (weight, value) in zip(weights, density) { #expect(abs(weight - value / largest) < 1e-12) }
    #expect(
      Adstock.geometric(retention: 0.3).weights == nil && Adstock.geometric(retention: 0.3).retention == 0.3)
    #expect(Adstock.none.weights == nil && Adstock.none.retention == 0)
  }
}
