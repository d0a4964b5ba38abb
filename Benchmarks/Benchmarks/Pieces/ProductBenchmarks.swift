import Apportion
import Benchmark
import Workloads

/// Matrix products: the peak, and the shapes of the reference network on one thread.
func productBenchmarks() {
  for (rows, inner, columns) in [
    (1024, 1024, 1024), (32, 64, 256), (32, 256, 256), (128, 64, 256), (128, 256, 256), (128, 256, 129),
  ] {
    Benchmark("sgemm-\(rows)x\(inner)x\(columns)", configuration: shortCalls(below: rows * inner * columns)) {
      benchmark in
      setBLASThreads(1)
      let a = randomMatrix(rows, inner)
      let b = randomMatrix(inner, columns)
      let c = Matrix(rows: rows, columns: columns)
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations { multiply(a.view, b.view, into: c.view) }
    }
  }
}

private func shortCalls(below operations: Int) -> Benchmark.Configuration {
  operations < 100_000_000 ? shortCalls : Benchmark.defaultConfiguration
}
