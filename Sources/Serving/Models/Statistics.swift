import Synchronization

/// What one version of a model did: counts, and histograms of the times of its requests.
final class Statistics: Sendable {
  /// Seconds of what a request passed through.
  enum Phase: Int, CaseIterable {
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
    var failureSeconds = 0.0
    var rows = 0
    /// How often the network ran on so many rows, and for how long in all.
    var batches: [Int: (runs: Int, seconds: Double)] = [:]
    /// Unix time of the last answer, in milliseconds.
    var lastInference = 0
    private var histograms: [Histogram] = Phase.allCases.map { _ in Histogram() }

    var executions: Int { self[.compute].count }

    subscript(phase: Phase) -> Histogram {
      get { histograms[phase.rawValue] }
      _modify { yield &histograms[phase.rawValue] }
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
  func addFailure(after duration: Duration) {
    state.withLock {
      $0.failures += 1
      $0.failureSeconds += duration / .seconds(1)
    }
  }

  /// Counts a run of the network.
  func addExecution(rows: Int, _ compute: Duration) {
    state.withLock {
      $0.batches[rows, default: (0, 0)].runs += 1
      $0.batches[rows, default: (0, 0)].seconds += compute / .seconds(1)
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
