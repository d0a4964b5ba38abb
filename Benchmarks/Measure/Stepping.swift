import Apportion
import ArgumentParser
import Workloads

/// Steps of an environment in lanes under random actions, per step of one lane.
struct Stepping: ParsableCommand {
  @Argument(help: "The environment: \(Stepping.names.joined(separator: ", ")).") var environment: String
  @Argument(help: "The lanes that are stepped together.") var lanes: Int
  @OptionGroup var options: CommonOptions

  private static let names = ["CartPole", "Acrobot", "MountainCar", "Pendulum", "nine-campaigns"]

  func run() throws {
    switch environment {
    case "CartPole": try measure(CartPole())
    case "Acrobot": try measure(Acrobot())
    case "MountainCar": try measure(MountainCar())
    case "Pendulum": try measure(Pendulum())
    case "nine-campaigns":
      try measure(BudgetAllocation(market: try Market.bundled("nine-campaigns"), observation: .advertiser))
    default: throw ValidationError("There is no environment \(environment).")
    }
  }

  private func measure(_ environment: some Environment) throws {
    let workload = SteppingWorkload(environment, lanes: lanes, threads: options.threads)
    try show(["seconds": medianSeconds { workload.step() } / Double(lanes)])
  }
}
