import Apportion
import ArgumentParser
import Foundation
import Pricing

/// Elasticities and logits of real sales, and pricing on the markets they make.
struct Sales: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Fits demand to Dominick's orange juice and the scanner choices of Ecdat, and prices on the fits.")

  @Option(help: "Orange juice as CSV: sales, price, brand, feat.") var juice: String
  @Option(
    parsing: .upToNextOption, help: "Scanner choices as CSV: choice, price.NAME, feat.NAME, maybe disp.NAME.")
  var choices: [String]
  @Option(help: "A folder to write the markets to, to train on: NAME.yaml.") var output: String?
  @Option(help: "A folder of runs, NAME/seed-K, whose policies play too.") var runs: String?

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
    try play(
      PricingProblem(
        name: "orange-juice", summary: "half gallons of three brands, of Dominick's sales", products: products
      ))
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
        PricingProblem(
          name: name, summary: "the conditional logit of scanner choices", choices: observations, fit: fit,
          base: base, price: "price"))
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
    if let output, let yaml = problem.yaml {
      try yaml.write(toFile: "\(output)/\(problem.name).yaml", atomically: true, encoding: .utf8)
    }
    let play = PricingPlay(try PricingSimulation(problem), episodes: 4096, seed: 1)
    let known = play.run(.knownDemand, withBounds: true)
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    var table = TextTable(["strategy", "profit", "±", "regret after a quarter", "a half", "all"])
    func add(_ name: String, _ record: PricingRecord) {
      let regrets = RegretCurve(name: name, path: record.path, known: known.path).regrets
      let differences = zip(known.profits, record.profits).map { $0 - $1 }
      let average = mean(differences)
      let deviation = mean(differences.map { ($0 - average) * ($0 - average) }).squareRoot()
      table.append(
        [
          name, fixed(mean(record.profits), 1),
          fixed(1.96 * deviation / Double(differences.count).squareRoot(), 1),
        ]
          + [4, 2, 1].map { fixed(regrets[regrets.count / $0 - 1], 1) })
    }
    add("known demand", known)
    for strategy in [play.bestFixed(), .myopic, .certaintyEquivalent, .thompsonSampling] {
      add(strategy.name, play.run(strategy))
    }
    for seed in 1... {
      let path = "\(runs ?? "")/\(problem.name)/seed-\(seed)/policy.safetensors"
      guard runs != nil, FileManager.default.fileExists(atPath: path) else { break }
      add("learned, seed \(seed)", try play.run(Policy(contentsOf: path)))
    }
    print("\n\(problem.name): bound \(fixed(mean(known.bounds), 1)); ± is of the regret, 95 %\n\(table.text)")
  }
}
