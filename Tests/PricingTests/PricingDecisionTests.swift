import Applications
import Documents
import Environments
import Foundation
import Learning
import LinearAlgebra
import Testing

import Pricing

@Suite struct PricingDecisionTests {
  /// Seasons played at random prices, and their sales read back: the seller sees the same, bit for bit.
  @Test(arguments: ["scarf-season", "yogurt-shelf", "hotel-nights", "hub-and-four-spokes"])
  func seesWhatTheSimulatorShows(name: String) throws {
    let problem = try PricingProblem(bundled: name)
    let environment = PricingEnvironment(try PricingSimulation(problem))
    let simulation = environment.simulation
    var stream = RandomStream(seed: 3, purpose: .episode)
    var state = simulation.makeState(stream: &stream)
    var table = CSVWriter(["period", "product", "price", "sales", "cancellations"])
    for period in 0..<problem.periods {
      // Of a network whatever is asked for is taken, so that stock runs out.
      let choices = problem.products.indices.map { product in
        problem.network == nil ? stream.integer(below: problem.choiceCount(product)) : 0
      }
      let held = state.held
      _ = simulation.step(&state, choices: choices, stream: &stream)
      for (number, product) in problem.products.enumerated() {
        let sales = state.lastSales[number]
        let price = problem.price(number, choices[number])
        table.append([
          "\(period)", product.name, price.isFinite ? "\(price)" : "", "\(Int(sales))",
          problem.cancellations == nil ? "" : "\(Int(held[number] + sales - state.held[number]))",
        ])
      }
      guard period % 7 == 3, period + 1 < problem.periods else { continue }
      let read = try CSVTable(bytes: Array(table.text.utf8), path: "sales.csv")
      let told = try simulation.state(after: SalesHistory(read, of: problem))
      #expect(row(environment, told) == row(environment, state))
    }
  }

  private func row(_ environment: PricingEnvironment, _ state: PricingState) -> [Float] {
    var row = [Float](repeating: 0, count: environment.observationLayout.size)
    var span = row.mutableSpan
    environment.observe(state, into: &span)
    return row
  }

  /// An untrained policy asks the plan's prices; what they are expected to sell is the mean of many draws.
  @Test func expectsWhatIsSold() throws {
    let problem = try PricingProblem(bundled: "scarf-season")
    let environment = PricingEnvironment(try PricingSimulation(problem))
    let policy = DoubleDQN(
      environments: VectorEnvironment(count: 1, seed: 1) { environment },
      configuration: DoubleDQNConfiguration(hidden: [8], head: .additive)
    ).policy
    let decided = try problem.decision(of: policy, on: DecisionRequest())
    let row = try #require(decided.json["products"]?.array?.first)
    let (price, sales) = (try #require(row["price"]?.double), try #require(row["expected_sales"]?.double))
    #expect(abs((row["expected_revenue"]?.double ?? 0) - price * sales) < 1e-9)
    let choice = try #require(problem.products[0].prices.firstIndex(of: price))
    var stream = RandomStream(seed: 1, purpose: .episode)
    let drawn = (0..<4000).map { _ in
      var state = environment.simulation.makeState(stream: &stream)
      _ = environment.simulation.step(&state, choices: [choice], stream: &stream)
      return state.lastSales[0]
    }
    let mean = drawn.reduce(0, +) / 4000
    let deviation = (drawn.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000 / 4000).squareRoot()
    // 5 standard deviations are a false alarm in 6e-7 of runs; 49 hypotheses stand for a continuous law.
    #expect(abs(mean - sales) < 5 * deviation + 0.02 * mean)
  }

  @Test func mistakesAreNamed() throws {
    let problem = try PricingProblem(bundled: "scarf-season")
    let simulation = try PricingSimulation(problem)
    for (text, words) in [
      ("period,product,sales\n", "price: is no column"),
      ("period,product,price,sales\n0,scarv,15,1\n", ":2: product: is 'scarv'"),
      ("period,product,price,sales\n0,scarf,16,1\n", ":2: price: is 16.00, no price"),
      ("period,product,price,sales\n0,scarf,15,1.5\n", ":2: sales: is 1.5"),
      ("period,product,price,sales\n1,scarf,15,1\n", "period 0 has no row of 'scarf'"),
      ("period,product,price,sales\n0,scarf,15,1\n0,scarf,15,1\n", ":3: product: repeats"),
      (
        "period,product,price,sales\n0,scarf,15,99\n",
        "sales.csv:2: sales: 'scarf' sells 99, more than the stock"
      ),
      ("period,product,price,sales,cancellations\n0,scarf,15,2,1\n", ":2: cancellations: is 1, but no sale"),
      ("period,product,price,sales\n99,scarf,15,9\n", ":2: period: is 99"),
    ] {
      do {
        let table = try CSVTable(bytes: Array(text.utf8), path: "sales.csv")
        _ = try simulation.state(after: SalesHistory(table, of: problem))
        Issue.record("'\(text)' is read")
      } catch { #expect(error.description.contains(words), "\(error)") }
    }
  }
}
