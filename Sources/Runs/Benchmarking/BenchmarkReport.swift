import Apportion
import Documents
import Foundation

/// What this machine does: matrix products, environment steps, updates, training, latency.
package struct BenchmarkReport {
  private let matrices: MatrixBenchmark
  private let environments: [EnvironmentBenchmark]
  private let updates: [UpdateBenchmark]
  private let trainingStepsPerSecond: Double
  private let inference: [InferenceBenchmark]
  private let peakMemory: Double

  /// Measures everything, one thing after the other.
  ///
  /// - Parameters:
  ///   - budget: the seconds that each measurement may take.
  ///   - note: is told what is measured next.
  package init(budget: Double = 1, note: (String) -> Void = { _ in }) throws {
    note("matrix products")
    matrices = MatrixBenchmark(budget: budget)
    environments = try EnvironmentBenchmark.all(budget: budget, note: note)
    updates = [32, 256, 1024].map { batch in
      note("updates of \(batch) transitions")
      return UpdateBenchmark(batch: batch, budget: budget)
    }
    note("training")
    let learner = try decide(TrainingRequest()).makeLearner()
    // Beyond the warm-up, which only plays.
    try learner.train(steps: 32_768)
    let start = learner.steps
    let watch = Stopwatch()
    try learner.train(steps: 10_000_000) { _ in
      watch.seconds > 3 * budget ? .stop : .proceed
    }
    trainingStepsPerSecond = Double(learner.steps - start) / watch.seconds
    guard let policy = learner.trained.network else {
      preconditionFailure("The first problem's first algorithm learns a network.")
    }
    inference = [1, 64, 1024].map { batch in
      note("inference of \(batch) rows")
      return InferenceBenchmark(policy: policy, batch: batch, budget: budget)
    }
    peakMemory = peakMemoryMegabytes()
  }

  /// The measurements as JSON.
  package var json: JSONValue {
    [
      "threads": JSONValue(availableThreads()),
      "sgemm": matrices.json,
      "environments": .array(environments.map(\.json)),
      "updates": .array(updates.map { $0.json(peak: matrices.gigaflopsAllThreads) }),
      "training": ["steps_per_second": JSONValue(trainingStepsPerSecond.rounded())],
      "inference": .array(inference.map(\.json)),
      "peak_memory_mb": JSONValue(peakMemory.rounded()),
    ]
  }

  /// The measurements for people.
  package var text: String {
    var table = TextTable(["measured", "result", "", "all threads over one", "of the peak"])
    func add(
      _ name: String, _ value: Double, _ unit: String, scaling: Double? = nil, share: Double? = nil
    ) {
      table.append([
        name, String(format: value >= 1000 ? "%.0f" : "%.1f", value), unit,
        scaling.map { String(format: "%.2f", $0) } ?? "",
        share.map { String(format: "%.0f %%", 100 * $0) } ?? "",
      ])
    }
    add("sgemm, one thread", matrices.gigaflopsOneThread, "GFLOP/s")
    add(
      "sgemm, all threads", matrices.gigaflopsAllThreads, "GFLOP/s",
      scaling: matrices.gigaflopsAllThreads / matrices.gigaflopsOneThread)
    for row in environments {
      add("\(row.name), \(row.lanes) lanes", row.stepsPerSecond, "steps/s", scaling: row.scaling)
    }
    for row in updates {
      add("update, batch \(row.batch)", row.microseconds, "µs", scaling: row.scaling)
      add(
        "update, batch \(row.batch), products", row.gigaflops, "GFLOP/s",
        share: row.gigaflops / matrices.gigaflopsAllThreads)
    }
    add("training", trainingStepsPerSecond, "steps/s")
    for row in inference {
      add("inference, batch \(row.batch), median", row.medianMicroseconds, "µs")
      add("inference, batch \(row.batch), 99 %", row.p99Microseconds, "µs")
    }
    add("peak memory", peakMemory, "MB")
    return table.text
  }
}

/// The most memory that the process has held, in MB.
private func peakMemoryMegabytes() -> Double {
  var usage = rusage()
  #if os(Linux)
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  #else
    getrusage(RUSAGE_SELF, &usage)
    return Double(usage.ru_maxrss) / 1_048_576
  #endif
}
