import Environments
import LinearAlgebra
import ModelFormats

/// How fast an environment steps under random actions.
struct EnvironmentBenchmark {
  let name: String
  let lanes: Int
  let stepsPerSecond: Double
  /// The pace on all threads over the pace on one.
  let scaling: Double

  init(name: String, _ environment: some Environment, lanes: Int, budget: Double) {
    self.name = name
    self.lanes = lanes
    let one = Self.stepsPerSecond(environment, lanes: lanes, threads: 1, budget: budget)
    stepsPerSecond = Self.stepsPerSecond(
      environment, lanes: lanes, threads: availableThreads(), budget: budget)
    scaling = stepsPerSecond / one
  }

  private static func stepsPerSecond(
    _ environment: some Environment, lanes: Int, threads: Int, budget: Double
  ) -> Double {
    let field = VectorEnvironment(count: lanes, seed: 1, threads: threads) { environment }
    let sizes = environment.actionSpace.branchSizes
    var stream = RandomStream(seed: 1, purpose: .test)
    let rows = (0..<8).map { _ in
      (0..<lanes).flatMap { _ in sizes.map { Int32(Float($0) * stream.uniform()) } }
    }
    var turn = 0
    field.reset()
    let seconds = Timing.seconds(budget: budget) {
      field.step(actions: rows[turn % rows.count])
      turn += 1
    }
    return Double(lanes) / seconds
  }

  var json: JSONValue {
    [
      "name": .string(name), "lanes": JSONValue(lanes),
      "steps_per_second": JSONValue(stepsPerSecond.rounded()),
      "scaling": JSONValue(roundedToHundredths(scaling)),
    ]
  }
}

func roundedToHundredths(_ number: Double) -> Double { (number * 100).rounded() / 100 }
