import Optimization
import Testing

@Suite struct LinearProgrammeTests {
  @Test func optimumAndPrices() throws {
    var programme = LinearProgramme(
      objective: [3, 2], upperBounds: [4, 5], rows: [LinearProgramme.Row([(0, 1), (1, 1)], upTo: 6)])
    #expect(try programme.maximize() == 16)
    #expect(programme.variables == [4, 2])
    #expect(programme.prices == [2])
    programme.setUpperBounds([1, .infinity])
    #expect(try programme.maximize() == 13)
    programme.setLimits([0])
    #expect(try programme.maximize() == 0)
  }

  @Test func noOptimum() {
    #expect(throws: LinearProgrammeError.unbounded) {
      var programme = LinearProgramme(objective: [1], rows: [LinearProgramme.Row([(0, -1)], upTo: 1)])
      try programme.maximize()
    }
    #expect(throws: LinearProgrammeError.infeasible) {
      var programme = LinearProgramme(objective: [1], rows: [LinearProgramme.Row([(0, 1)], upTo: -1)])
      try programme.maximize()
    }
  }

  @Test func weakDuality() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<30 {
      let objective = (0..<6).map { _ in Double.random(in: 0...10, using: &generator) }
      let bounds = (0..<6).map { _ in Double.random(in: 0...5, using: &generator) }
      let rows = (0..<3).map { _ in
        LinearProgramme.Row(
          (0..<6).map { ($0, Double.random(in: 0...3, using: &generator)) },
          upTo: Double.random(in: 1...10, using: &generator))
      }
      var programme = LinearProgramme(objective: objective, upperBounds: bounds, rows: rows)
      let value = try programme.maximize()
      // The optimum equals its dual: prices · limits + Σ bound · (objective − prices · column)⁺.
      let prices = programme.prices
      var dual = zip(prices, rows).reduce(0) { $0 + $1.0 * $1.1.limit }
      for column in 0..<6 {
        let cost = zip(prices, rows).reduce(0) { $0 + $1.0 * $1.1.coefficients[column] }
        dual += bounds[column] * max(0, objective[column] - cost)
      }
      #expect(abs(value - dual) < 1e-7 * (1 + value))
    }
  }
}
