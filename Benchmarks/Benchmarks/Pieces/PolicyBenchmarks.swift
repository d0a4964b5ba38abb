import Apportion
import Benchmark
import Foundation
import Workloads

/// Policies: acting on rows, writing files of every format, and reading one back.
func policyBenchmarks() {
  for batch in [1, 64, 1024] {
    Benchmark("policy-\(batch)", configuration: shortCalls) { benchmark in
      let runner = PolicyRunner(referencePolicy(), maximumBatch: batch)
      let observations = randomMatrix(batch, referenceShape.observationSize)
      var choices = [Int32](repeating: 0, count: batch * referenceShape.branchCount)
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations {
        runner.act(observations: observations.view, into: &choices)
      }
    }
  }

  for format in PolicyFormat.allCases {
    Benchmark("export-\(format.rawValue)") { benchmark in
      let (policy, file) = (referencePolicy(), temporaryFile(format.rawValue))
      let vectors = TestVectors(policy)
      defer { try? FileManager.default.removeItem(atPath: file) }
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations { try format.write(policy, vectors: vectors, to: file) }
    }
  }

  Benchmark("load-safetensors") { benchmark in
    let file = temporaryFile("safetensors")
    defer { try? FileManager.default.removeItem(atPath: file) }
    try referencePolicy().write(to: file)
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations { blackHole(try Policy(contentsOf: file)) }
  }
}

private func temporaryFile(_ suffix: String) -> String {
  FileManager.default.temporaryDirectory.appendingPathComponent("benchmark-\(UUID()).\(suffix)").path
}
