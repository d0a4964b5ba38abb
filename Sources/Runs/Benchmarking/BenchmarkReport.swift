import Applications
import Apportion
import Documents
import Foundation

/// What this machine does: matrix products, environment steps, updates, training, latency.
package struct BenchmarkReport: Document {
  private let threads = availableThreads()
  private let sgemm: MatrixBenchmark
  private let environments: [EnvironmentBenchmark]
  private let updates: [UpdateBenchmark]
  private let training: Training
  private let inference: [InferenceBenchmark]
  private let peakMemoryMb: Double

  private struct Training: Encodable {
    let stepsPerSecond: Double
  }

  /// Measures everything, one thing after the other.
  ///
  /// - Parameters:
  ///   - budget: the seconds that each measurement may take.
  ///   - note: is told what is measured next.
  package init(budget: Double = 1, note: (String) -> Void = { _ in }) throws {
    note("matrix products")
    let peaks = MatrixBenchmark(budget: budget)
    sgemm = peaks
    environments = try EnvironmentBenchmark.all(budget: budget, note: note)
    updates = [32, 256, 1024].map { batch in
      note("updates of \(batch) transitions")
      return UpdateBenchmark(batch: batch, peak: peaks.gflopsAllThreads, budget: budget)
    }
    note("training")
    let learner = try decide(TrainingRequest(algorithm: Algorithm.paired.name)).makeLearner()
    // Beyond the warm-up, which only plays.
    try learner.train(steps: 32_768)
    let start = learner.steps
    let watch = Stopwatch()
    try learner.train(steps: 10_000_000) { _ in
      watch.seconds > 3 * budget ? .stop : .proceed
    }
    training = Training(stepsPerSecond: Double(learner.steps - start) / watch.seconds)
    guard let policy = learner.trained.network else {
      preconditionFailure("A paired double-DQN learns a network.")
    }
    inference = [1, 64, 1024].map { batch in
      note("inference of \(batch) rows")
      return InferenceBenchmark(policy: policy, batch: batch, budget: budget)
    }
    peakMemoryMb = peakMemoryMegabytes()
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
    add("sgemm, one thread", sgemm.gflopsOneThread, "GFLOP/s")
    add(
      "sgemm, all threads", sgemm.gflopsAllThreads, "GFLOP/s",
      scaling: sgemm.gflopsAllThreads / sgemm.gflopsOneThread)
    for row in environments {
      add("\(row.name), \(row.lanes) lanes", row.stepsPerSecond, "steps/s", scaling: row.scaling)
    }
    for row in updates {
      add("update, batch \(row.batch)", row.microseconds, "µs", scaling: row.scaling)
      add(
        "update, batch \(row.batch), products", row.gflops, "GFLOP/s",
        share: row.shareOfPeak)
    }
    add("training", training.stepsPerSecond, "steps/s")
    for row in inference {
      add("inference, batch \(row.batch), median", row.medianMicroseconds, "µs")
      add("inference, batch \(row.batch), 99 %", row.p99Microseconds, "µs")
    }
    add("peak memory", peakMemoryMb, "MB")
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
