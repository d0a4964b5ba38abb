import Apportion
import Benchmark
import Workloads

/// The best actions of rows of values: branch by branch, and under a spend cap.
func actionBenchmarks() {
  Benchmark("argmax-256", configuration: shortCalls) { benchmark in
    let values = randomMatrix(256, referenceShape.choiceCount)
    let room = Buffer(repeating: Int32(0), count: 256 * referenceShape.branchCount)
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations {
      argmaxChoices(values.view, branchSizes: referenceShape.branchSizes, into: room.pointer)
    }
  }

  // What all dearest choices cost is 8 × 15: the one budget binds, the other does not.
  for (name, budget) in [("binding", Float(40)), ("loose", 200)] {
    Benchmark("knapsack-\(name)-8x16", configuration: shortCalls) { benchmark in
      let knapsack = MultipleChoiceKnapsack(branchSizes: referenceShape.branchSizes)
      let values = randomMatrix(1, referenceShape.choiceCount)
      let costs = Matrix(
        rows: 1, columns: referenceShape.choiceCount,
        (0..<referenceShape.choiceCount).map { Float($0 % 16) })
      let room = Buffer(repeating: Int32(0), count: referenceShape.branchCount)
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations {
        blackHole(
          knapsack.solve(
            values: values.pointer, costs: costs.pointer, budget: budget, into: room.pointer))
      }
    }
  }
}
