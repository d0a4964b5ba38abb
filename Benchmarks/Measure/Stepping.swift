import Apportion
import ArgumentParser
import Pricing
import Workloads

/// Steps of an environment in lanes under random actions, per step of one lane.
struct Stepping: ParsableCommand {
  @Argument(help: "The environment: \(Stepping.names.joined(separator: ", ")).") var environment: String
  @Argument(help: "The lanes that are stepped together.") var lanes: Int
  @OptionGroup var options: CommonOptions

  private static let names = [
    "CartPole", "Acrobot", "MountainCar", "Pendulum", "nine-campaigns", "shop", "long-term-satisfaction",
    "three-creatives", "hub-and-four-spokes", "scarf-season",
  ]

  func run() throws {
    switch environment {
    case "CartPole": try measure(CartPole())
    case "Acrobot": try measure(Acrobot())
    case "MountainCar": try measure(MountainCar())
    case "Pendulum": try measure(Pendulum())
    case "nine-campaigns":
      try measure(BudgetAllocation(market: try Market.bundled("nine-campaigns"), observation: .advertiser))
    case "shop", "long-term-satisfaction":
      switch try RecommendationProblem(bundled: environment).world {
      case .shop(let world): try measure(world)
      case .satisfaction(let world): try measure(world)
      case .feed(let world): try measure(world)
      }
    case "three-creatives":
      let market = PlacementMarket(try Placement(bundled: environment), playsHistory: true)
      try measure(PlacementEnvironment(market))
    case "hub-and-four-spokes", "scarf-season":
      try measure(PricingEnvironment(try PricingSimulation(PricingProblem(bundled: environment))))
    default: throw ValidationError("There is no environment \(environment).")
    }
  }

  private func measure(_ environment: some Environment) throws {
    let workload = SteppingWorkload(environment, lanes: lanes, threads: options.threads)
    try show(["seconds": medianSeconds { workload.step() } / Double(lanes)])
  }
}
