import Apportion
import Pricing
import ArgumentParser
import Foundation

/// Elasticities and logits of real sales, and pricing on the markets they make.
struct Sales: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Fits demand to Dominick's orange juice and the scanner choices of Ecdat, and prices on the fits.")

  @Option(help: "Orange juice as CSV: sales, price, brand, feat.") var juice: String
  @Option(
    parsing: .upToNextOption, help: "Scanner choices as CSV: choice, price.NAME, feat.NAME, maybe disp.NAME.")
  var choices: [String]

  func run() throws {
    let table = try CSVTable(contentsOf: juice)
    let (sales, prices, features) = (
      try table.numbers(of: "sales"), try table.numbers(of: "price"), try table.numbers(of: "feat")
    )
    guard let column = table.column("brand") else { throw ValidationError("\(juice) has no column 'brand'.") }
    let brands = (0..<table.rowCount).map { table.text(row: $0, column: column) }
    var products: [(name: String, price: Double, sales: Double, elasticity: Double)] = []
    for brand in Set(brands).sorted() {
      let rows = brands.indices.filter { brands[$0] == brand }
      var design = DesignMatrix(observations: rows.count)
      design.add("constant") { _ in 1 }
      design.add("log price") { log(prices[rows[$0]]) }
      design.add("feature") { features[rows[$0]] }
      let fit = try design.leastSquares(rows.map { log(sales[$0]) })
      report(brand, fit)
      let price = rows.reduce(0) { $0 + prices[$1] } / Double(rows.count)
      let volume = exp(fit.coefficients[0] + fit.coefficients[1] * log(price)) / 64
      products.append((brand, price, volume, fit.coefficients[1]))
    }
    try play(PricingProblem(name: "orange juice, half gallons", products: products))
    for path in choices {
      let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
      let table = try CSVTable(contentsOf: path)
      let attributes = ["price", "feat"] + (table.header.contains { $0.hasPrefix("disp.") } ? ["disp"] : [])
      let observations = try ChoiceObservations(table: table, attributes: attributes)
      let base =
        ["hiland", "hunts32", "nabisco"].compactMap { observations.alternatives.firstIndex(of: $0) }.first
        ?? 0
      let fit = try observations.conditionalLogit(base: base)
      report(name, fit)
      try play(
        PricingProblem(name: name, choices: observations, fit: fit, base: base, price: "price"))
    }
  }

  private func report(_ name: String, _ fit: Estimate) {
    print(
      "\(name): \(fit.observations) observations, log-likelihood \(String(format: "%.3f", fit.logLikelihood))"
    )
    for (index, coefficient) in fit.names.enumerated() {
      print(
        String(
          format: "  %@ %.5f ± %.5f", coefficient.padding(toLength: 12, withPad: " ", startingAt: 0),
          fit.coefficients[index], fit.standardErrors[index]))
    }
  }

  /// Regret of every strategy after a quarter, a half and the whole of the season.
  private func play(_ problem: PricingProblem) throws {
    let play = PricingPlay(try PricingSimulation(problem), episodes: 1024, seed: 1)
    let known = play.run(.knownDemand, withBounds: true)
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    print(
      String(format: "  market: bound %.1f, known demand %.1f", mean(known.bounds), mean(known.profits)))
    for strategy in [play.bestFixed(), .myopic, .certaintyEquivalent, .thompsonSampling] {
      let record = play.run(strategy)
      let regrets = RegretCurve(name: strategy.name, path: record.path, known: known.path).regrets
      let marks = [4, 2, 1].map { String(format: "%.1f", regrets[regrets.count / $0 - 1]) }
      print(
        String(format: "  %@ %.1f", strategy.name, mean(record.profits))
          + ", regret after a quarter, a half, all: " + marks.joined(separator: ", "))
    }
  }
}
