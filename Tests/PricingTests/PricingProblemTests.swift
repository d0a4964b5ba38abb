import Documents
import Testing

import Pricing

@Suite struct PricingProblemTests {
  static let yaml = """
    name: shop
    periods: 10
    resources:
      - {name: shelf, units: 12}
    products:
      - {name: red, prices: [1, 2, 3], cost: 0.5, uses: [shelf], scale: 4, slope: 0.7}
      - {name: blue, prices: {from: 1, to: 3, steps: 5}, uses: [shelf], scale: 3, slope: 0.5}
    demand: {exponential: {}}
    uncertainty: {scale: 0.3}
    """

  @Test func descriptions() throws {
    let problem = try PricingProblem(yaml: Self.yaml)
    #expect(problem.products[1].prices == [1, 1.5, 2, 2.5, 3])
    #expect(problem.products[0].uses == [0] && problem.traffic.count == 10)
    #expect(problem.demand == .exponential(scales: [4, 3], slopes: [0.7, 0.5]))
    #expect(problem.uncertainty == .init(scale: 0.3, slope: 0) && problem.reference == nil)
    for name in PricingProblem.bundledNames {
      let bundled = try PricingProblem(bundled: name)
      #expect(bundled.name == name && !bundled.summary.isEmpty)
    }
  }

  @Test(arguments: [
    ("periods: 10", "periods: 0", 2, "periods"),
    ("slope: 0.7", "slope: -1", 6, "products[0].slope"),
    ("[1, 2, 3]", "[1, 3, 2]", 6, "products[0].prices"),
    ("uses: [shelf], scale: 4", "uses: [shelv], scale: 4", 6, "products[0].uses[0]"),
    ("cost: 0.5", "costs: 0.5", 6, "products[0].costs"),
    ("steps: 5", "steps: 1", 7, "products[1].prices"),
    ("name: blue", "name: red", 7, "products[1].name"),
    ("exponential: {}", "exponentials: {}", 8, "demand.exponentials"),
    ("scale: 0.3", "scale: 3", 9, "uncertainty"),
    ("units: 12", "units: many", 4, "resources[0].units"),
    ("scale: 3, ", "", 7, "products[1]"),
  ])
  func mistakes(part: String, other: String, line: Int, key: String) throws {
    let text = Self.yaml.replacing(part, with: other)
    try #require(text != Self.yaml)
    let error = #expect(throws: InputError.self) { try PricingProblem(yaml: text, file: "shop.yaml") }
    #expect(error?.line == line && error?.key == key && error?.file == "shop.yaml")
    #expect(error?.remedy.isEmpty == false)
  }

  @Test func unknownNames() {
    let error = #expect(throws: InputError.self) { try PricingProblem(bundled: "scarf-seasom") }
    #expect(error?.remedy.hasPrefix("did you mean 'scarf-season'? there are") == true)
  }

  @Test func textsReadBackAsTheSame() throws {
    for name in ["scarf-season", "yogurt-shelf", "hotel-nights"] {
      let problem = try PricingProblem(bundled: name)
      let text = try #require(problem.yaml)
      #expect(try PricingProblem(yaml: text) == problem)
    }
    #expect(try PricingProblem(bundled: "hub-and-four-spokes").yaml == nil)
  }

  @Test func marketsOfFits() throws {
    let table = try CSVTable(
      bytes: Array(
        ("choice,price.a,price.b\n"
          + (0..<60).map { "\($0 % 3 == 0 ? "b" : "a"),\(1 + $0 % 4),\(2 + $0 % 5)\n" }
          .joined()).utf8), path: "choices.csv")
    let observations = try ChoiceObservations(table: table, attributes: ["price"])
    #expect(observations.alternatives == ["a", "b"] && observations.means(of: 0) == [2.5, 4])
    let fit = Estimate(
      names: ["a", "price"], coefficients: [0.3, -0.8], standardErrors: [1, 1], logLikelihood: 0,
      observations: 60)
    let problem = try PricingProblem(name: "ab", choices: observations, fit: fit, base: 1, price: "price")
    guard case .logit(_, let intercepts, let sensitivity) = problem.demand else {
      Issue.record("no logit")
      return
    }
    let shares = MultinomialLogit(intercepts: intercepts, sensitivity: sensitivity).shares(prices: [2.5, 4])
    #expect(abs(shares.reduce(0, +) - 0.5) < 1e-12)
    try problem.validate()
    let wrongSign = #expect(throws: InputError.self) {
      try PricingProblem(name: "oj", products: [("juice", 2, 100, 0.4)])
    }
    #expect(wrongSign?.key == "column 'juice'" && wrongSign?.problem.contains("not lower demand") == true)
    let error = #expect(throws: InputError.self) {
      try ChoiceObservations(table: table, choice: "taken", attributes: ["price"])
    }
    #expect(error?.key == "taken")
  }
}
