import Benchmark

/// Every piece, topic by topic; names without spaces, as the package wants them.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(metrics: [.wallClock, .throughput], maxDuration: .seconds(2))
  productBenchmarks()
  networkBenchmarks()
  actionBenchmarks()
  replayBenchmarks()
  environmentBenchmarks()
  policyBenchmarks()
}

/// Calls of microseconds are measured a thousand at a time, so that caches are warm.
var shortCalls: Benchmark.Configuration {
  .init(metrics: [.wallClock, .throughput], scalingFactor: .kilo, maxDuration: .seconds(2))
}
