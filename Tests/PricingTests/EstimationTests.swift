import Documents
import Foundation
import Testing

import Pricing

/// Fits beside those of statsmodels (Golden/demand.py).
@Suite struct EstimationTests {
  struct Answers: Decodable {
    struct Fit: Decodable {
      let coefficients: [Double]
      let errors: [Double]
      let loglik: Double
    }

    let price: [Double]
    let feature: [Double]
    let sales: [Double]
    let counts: [Double]
    let choice_prices: [Double]
    let choice_features: [Double]
    let choices: [Int]
    let ols: Fit
    let poisson: Fit
    let logit: Fit
  }

  let answers: Answers

  init() throws {
    answers = try JSONDecoder().decode(Answers.self, from: Data(contentsOf: golden("demand.json")))
  }

  private func expect(_ found: Estimate, _ expected: Answers.Fit, errorsWithin: Double) {
    #expect(abs(found.logLikelihood - expected.loglik) < 1e-6)
    for (value, answer) in zip(found.coefficients, expected.coefficients) {
      #expect(abs(value - answer) < 1e-5)
    }
    for (value, answer) in zip(found.standardErrors, expected.errors) {
      #expect(abs(value / answer - 1) < errorsWithin)
    }
  }

  @Test func elasticity() throws {
    var design = DesignMatrix(observations: answers.sales.count)
    design.add("constant") { _ in 1 }
    design.add("log price") { log(answers.price[$0]) }
    design.add("feature") { answers.feature[$0] }
    let fit = try design.leastSquares(answers.sales.map { log($0) })
    expect(fit, answers.ols, errorsWithin: 1e-6)
    #expect(fit["log price"] == fit.coefficients[1])
  }

  @Test func poissonRegression() throws {
    var design = DesignMatrix(observations: answers.counts.count)
    design.add("constant") { _ in 1 }
    design.add("price") { answers.price[$0] }
    design.add("feature") { answers.feature[$0] }
    expect(try design.poisson(answers.counts), answers.poisson, errorsWithin: 1e-6)
  }

  @Test func conditionalLogit() throws {
    let values = zip(answers.choice_prices, answers.choice_features).flatMap { [$0, $1] }
    let observations = ChoiceObservations(
      alternatives: ["a", "b", "c"], attributes: ["price", "feature"], values: values,
      choices: answers.choices)
    // Its errors come of a numerical Hessian there.
    expect(try observations.conditionalLogit(base: 2), answers.logit, errorsWithin: 1e-3)
  }

  @Test func whatCannotBeFitted() throws {
    var design = DesignMatrix(observations: 5)
    design.add("constant") { _ in 1 }
    design.add("price") { _ in 1.99 }
    func refuses(_ key: String?, _ words: String, _ fit: () throws -> Void) {
      let error = #expect(throws: InputError.self, performing: fit)
      #expect(error?.key == key.map { "column '\($0)'" } && error?.problem.contains(words) == true)
    }
    refuses("price", "combination of the others") { _ = try design.leastSquares([1, 2, 3, 4, 5]) }
    refuses("outcome", "has -inf in observation 2") {
      var design = DesignMatrix(observations: 5)
      design.add("price") { Double($0) }
      _ = try design.leastSquares([0, 1, log(0), 3, 4])
    }
    refuses(nil, "1 observations cannot fix 1 coefficients") {
      var design = DesignMatrix(observations: 1)
      design.add("constant") { _ in 1 }
      _ = try design.leastSquares([1])
    }
    // The cheaper one is always bought: the coefficient of the price has no end.
    let separable = ChoiceObservations(
      alternatives: ["a", "b"], attributes: ["price"],
      values: (0..<20).flatMap { $0 % 2 == 0 ? [1.0, 2.0] : [2.0, 1.0] }, choices: (0..<20).map { $0 % 2 })
    #expect(throws: InputError.self) { try separable.conditionalLogit(base: 0) }
    let neverBought = ChoiceObservations(
      alternatives: ["a", "b"], attributes: ["price"], values: [1, 2, 2, 1, 1, 1, 3, 1],
      choices: [0, 0, 0, 0])
    refuses(nil, "no largest value") { _ = try neverBought.conditionalLogit(base: 0) }
  }
}
