import Apportion
import Benchmark
import Workloads

/// The reference network: passes forward and whole updates.
func networkBenchmarks() {
  for batch in [1, 32, 256, 1024] {
    Benchmark("forward-\(batch)", configuration: shortCalls) { benchmark in
      setBLASThreads(1)
      let network = BranchingNetwork(shape: referenceShape, seed: 1)
      let workspace = ForwardWorkspace(shape: referenceShape, maximumBatch: batch)
      let observations = randomMatrix(batch, referenceShape.observationSize)
      let values = Matrix(rows: batch, columns: referenceShape.choiceCount)
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations {
        network.qValues(observations: observations.view, into: values.view, workspace: workspace)
      }
    }
  }

  for batch in [32, 256, 1024] {
    Benchmark("update-\(batch)") { benchmark in
      setBLASThreads(1)
      let update = DoubleQUpdate(
        shape: referenceShape, maximumBatch: batch, seed: 1, pool: WorkerPool(threads: availableThreads()))
      let ring = ReplayWorkload(shape: referenceShape, capacity: 20_000, batch: batch)
      ring.sample()
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations { blackHole(update.update(ring.batch.transitions)) }
    }
  }
}
