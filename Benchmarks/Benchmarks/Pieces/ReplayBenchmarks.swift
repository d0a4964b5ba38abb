import Apportion
import Benchmark
import Workloads

/// The replay ring: steps of 64 lanes stored, batches drawn.
func replayBenchmarks() {
  Benchmark("replay-insert-64", configuration: shortCalls) { benchmark in
    let ring = ReplayWorkload(shape: referenceShape, capacity: 100_000, batch: 1)
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations { ring.insert() }
  }

  for batch in [32, 256, 1024] {
    Benchmark("replay-sample-\(batch)", configuration: shortCalls) { benchmark in
      let ring = ReplayWorkload(shape: referenceShape, capacity: 100_000, batch: batch)
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations { ring.sample() }
    }
  }
}
