/// Everything that decides a training run: equal configurations give bit-identical policies.
public struct TrainingConfiguration: Sendable {
  /// A bundled market's name or a market file's path.
  public var market = "nine-campaigns"
  /// The environment steps of the run, over all lanes.
  public var steps = 2_000_000
  /// The episodes that run side by side.
  public var lanes = 1024
  /// The seed of everything random.
  public var seed: UInt64 = 1

  /// The default run.
  public init() {}
}

extension TrainingConfiguration {
  /// The keys of a configuration file, in the order they are written.
  static let settings: [Setting] = [
    .text("market", \.market, "a bundled market's name or a market file's path"),
    .integer("steps", \.steps, 1 ... .max, "environment steps, over all lanes"),
    .integer("lanes", \.lanes, 1...1_000_000, "episodes that run side by side"),
    .integer("seed", \.seed, 0...UInt64(Int.max), "seed of everything random"),
  ]
}
