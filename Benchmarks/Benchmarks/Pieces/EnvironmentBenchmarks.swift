import Apportion
import Benchmark
import Workloads

/// Steps of 1,024 lanes of every environment under random actions.
func environmentBenchmarks() {
  stepping("CartPole", CartPole())
  stepping("Acrobot", Acrobot())
  stepping("MountainCar", MountainCar())
  stepping("Pendulum", Pendulum())
  stepping("FrozenLake", FrozenLake.small())
  stepping("CliffWalking", CliffWalking())
  stepping("Taxi", Taxi())
  stepping("Identity-9x16", IdentityTask(branchSizes: Array(repeating: 16, count: 9)))
  for name in Market.bundledNames {
    for kind in ObservationKind.allCases {
      Benchmark("step-\(name)-\(kind.rawValue)") { benchmark in
        let environment = BudgetAllocation(market: try Market.bundled(name), observation: kind)
        measureSteps(benchmark, environment)
      }
    }
  }
}

private func stepping(_ name: String, _ environment: some Environment) {
  Benchmark("step-\(name)") { benchmark in measureSteps(benchmark, environment) }
}

private func measureSteps(_ benchmark: Benchmark, _ environment: some Environment) {
  let workload = SteppingWorkload(environment, lanes: 1024)
  benchmark.startMeasurement()
  for _ in benchmark.scaledIterations { workload.step() }
}
