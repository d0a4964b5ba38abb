import ModelFormats
import Synchronization

/// What one version of a model did: counts, and histograms of the times of its requests.
final class Statistics: Sendable {
  /// Seconds of what a request passed through.
  enum Phase: String, CaseIterable {
    /// From the last byte read to the answer.
    case request
    /// Waiting for others.
    case queue
    /// The network.
    case compute
  }

  struct Counters {
    var requests = 0
    var failures = 0
    var rows = 0
    var executions = 0
    /// Unix time of the last answer, in milliseconds.
    var lastInference = 0
    var histograms: [Histogram] = Phase.allCases.map { _ in Histogram() }

    subscript(phase: Phase) -> Histogram {
      get { histograms[phase == .request ? 0 : phase == .queue ? 1 : 2] }
      set { histograms[phase == .request ? 0 : phase == .queue ? 1 : 2] = newValue }
    }
  }

  private let state = Mutex(Counters())

  /// The numbers as they stand.
  var counters: Counters { state.withLock { $0 } }

  /// Counts an answered request.
  func add(rows: Int, request: Duration, queue: Duration, at milliseconds: Int) {
    state.withLock {
      $0.requests += 1
      $0.rows += rows
      $0.lastInference = milliseconds
      $0[.request].add(request)
      $0[.queue].add(queue)
    }
  }

  /// Counts a refused request.
  func addFailure() { state.withLock { $0.failures += 1 } }

  /// Counts a run of the network.
  func addExecution(_ compute: Duration) {
    state.withLock {
      $0.executions += 1
      $0[.compute].add(compute)
    }
  }
}

/// How many times fell under each of a few bounds, for Prometheus.
struct Histogram {
  /// Upper bounds in seconds.
  static let bounds: [Double] = [
    25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1,
  ]

  /// How many fell under each bound and over none lower; those over all come last.
  private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
  /// The sum of all, in seconds.
  private(set) var sum = 0.0
  /// How many there were.
  var count: Int { counts.reduce(0, +) }

  mutating func add(_ duration: Duration) {
    let seconds = duration / .seconds(1)
    counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
    sum += seconds
  }
}
