/// Where the numbers of a training run go, row by row.
package protocol MetricSink: AnyObject {
  /// Takes the numbers known after a step, by name.
  func write(step: Int, metrics: [Metric]) throws
}

/// A named number of a training run; names are Stable-Baselines3's where it has them.
package struct Metric: Sendable, Equatable {
  /// The name, for example `train/loss`.
  package let name: String
  /// The number; not finite where it is not known yet.
  package let value: Double

  /// Names a number.
  package init(_ name: String, _ value: Double) {
    self.name = name
    self.value = value
  }

  /// Names a number as it is spelt: 0.05, not the binary fraction next to it.
  package init(_ name: String, decimal value: Float) {
    self.init(name, Double(value.description) ?? Double(value))
  }
}
