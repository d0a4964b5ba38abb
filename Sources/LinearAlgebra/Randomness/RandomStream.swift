/// What a random stream is for, so that no two uses of one seed ever share numbers.
public enum StreamPurpose: UInt32, Sendable {
  case initialization = 1
  case exploration = 2
  case replay = 3
  case episode = 4
  case market = 5
  case bootstrap = 6
  case test = 7
  case noise = 8
  case reports = 9
}

/// A counter-based random stream: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, 2011) keyed by a seed, a
/// purpose and a lane.
///
/// The state is a few integers, so a stream is saved and resumed exactly, and draws of different lanes never
/// meet.
public struct RandomStream: RandomNumberGenerator, Sendable, Equatable {
  /// The seed of the run.
  public let seed: UInt64
  /// What the numbers are for.
  public let purpose: StreamPurpose
  /// Which of many parallel streams this is.
  public let lane: UInt32
  /// How many blocks of four 32-bit words have been drawn.
  public private(set) var block: UInt64 = 0
  var words: SIMD4<UInt32> = .zero
  var used = 4

  /// Opens the stream at its beginning.
  public init(seed: UInt64, purpose: StreamPurpose, lane: Int = 0) {
    self.seed = seed
    self.purpose = purpose
    self.lane = UInt32(truncatingIfNeeded: lane)
  }

  /// Four words for a counter and a key.
  @inlinable public static func philox(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    // In words, not vectors: a widening product needs each of them apart.
    var (c0, c1, c2, c3) = (counter[0], counter[1], counter[2], counter[3])
    var (k0, k1) = (key[0], key[1])
    for _ in 0..<10 {
      let first = UInt64(0xD251_1F53) &* UInt64(c0)
      let second = UInt64(0xCD9E_8D57) &* UInt64(c2)
      c0 = UInt32(truncatingIfNeeded: second >> 32) ^ c1 ^ k0
      c1 = UInt32(truncatingIfNeeded: second)
      c2 = UInt32(truncatingIfNeeded: first >> 32) ^ c3 ^ k1
      c3 = UInt32(truncatingIfNeeded: first)
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return SIMD4(c0, c1, c2, c3)
  }

  /// The next 32 random bits.
  public mutating func nextWord() -> UInt32 {
    if used == 4 { open(block) }
    defer { used += 1 }
    return words[used]
  }

  /// Writes the next `count` words: those that as many calls of `nextWord` give, in less time.
  package mutating func fill(_ out: UnsafeMutablePointer<UInt32>, count: Int) {
    var filled = 0
    while filled < count {
      if used == 4 { open(block) }
      let some = min(4 - used, count - filled)
      for word in 0..<some { out[filled + word] = words[used + word] }
      used += some
      filled += some
    }
  }

  /// Moves to where a stream stands after `drawn` words.
  mutating func skip(to drawn: UInt64) {
    let (index, offset) = drawn.quotientAndRemainder(dividingBy: 4)
    // A block fully drawn is still held, so that a stream equals another one that has drawn as much.
    if offset > 0 { open(index) } else if index > 0 { open(index - 1) }
    used = offset > 0 ? Int(offset) : 4
  }

  /// Makes the words of a block and stands before the first.
  private mutating func open(_ index: UInt64) {
    words = Self.philox(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32), purpose.rawValue, lane),
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    block = index &+ 1
    used = 0
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let high = UInt64(nextWord())
    return high << 32 | UInt64(nextWord())
  }

  /// A number in (0, 1): the middle of one of 2^23 equal cells, the most whose middles a float holds exactly
  /// (with 2^24, the last would round to 1).
  public mutating func uniform() -> Float { (Float(nextWord() >> 9) + 0.5) * 0x1p-23 }
}
