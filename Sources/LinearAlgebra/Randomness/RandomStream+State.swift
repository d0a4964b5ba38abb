extension RandomStream {
  /// Where a stream stands: what a checkpoint must hold to draw on exactly.
  public struct State: Sendable, Equatable, Codable {
    /// The seed of the run.
    public var seed: UInt64
    /// The raw value of the purpose.
    public var purpose: UInt32
    /// Which of many parallel streams it is.
    public var lane: UInt32
    /// How many 32-bit words have been drawn.
    public var drawn: UInt64

    /// Gathers a state.
    public init(seed: UInt64, purpose: UInt32, lane: UInt32, drawn: UInt64) {
      self.seed = seed
      self.purpose = purpose
      self.lane = lane
      self.drawn = drawn
    }
  }

  /// Where the stream stands.
  public var state: State {
    State(
      seed: seed, purpose: purpose.rawValue, lane: lane,
      drawn: block == 0 ? 0 : 4 * (block - 1) + UInt64(used))
  }

  /// Opens a stream where another one stood; nil if the state names no known purpose.
  public init?(_ state: State) {
    guard let purpose = StreamPurpose(rawValue: state.purpose) else { return nil }
    self.init(seed: state.seed, purpose: purpose, lane: Int(state.lane))
    skip(to: state.drawn)
  }
}
