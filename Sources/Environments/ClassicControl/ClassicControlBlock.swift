import CKernels
import LinearAlgebra

/// Lanes of a classic-control problem, stepped many at a time by a kernel of `CKernels`.
///
/// A state is up to four numbers in double precision, kept a row per variable. Every episode of a lane begins with the four
/// uniforms of one Philox block, whose number is the episode's: draws of all lanes that end together are made together.
/// Episodes count from 1, block 0 being the state that a `ScalarBlock` makes at its creation: where a first state takes four
/// uniforms, both play the same episodes.
public final class ClassicControlBlock: EnvironmentBlock {
  /// Plays one step: the state, the length of its rows, an action per lane, rewards, whether terminal, lanes.
  typealias StepKernel = (
    UnsafeMutablePointer<Double>, Int, UnsafePointer<Int32>, UnsafeMutablePointer<Float>,
    UnsafeMutablePointer<Bool>, Int
  ) -> Void
  /// Writes observations: the state, the length of its rows, the observations, the distance of theirs, lanes.
  typealias ObserveKernel = (UnsafePointer<Double>, Int, UnsafeMutablePointer<Float>, Int, Int) -> Void

  private let count: Int
  private let firstLane: Int
  private let seed: UInt64
  private let startRanges: [ClosedRange<Double>]
  private let timeLimit: Int32
  private let step: StepKernel
  private let observe: ObserveKernel

  /// Variables × lanes.
  private let state: UnsafeMutablePointer<Double>
  /// Lanes: the steps of the running episode, and the number of the next one.
  private let ages: UnsafeMutablePointer<Int32>
  private let episodes: UnsafeMutablePointer<UInt32>
  /// Up to a lane each: which lanes begin anew, their numbers among all lanes, and the blocks they draw.
  private let beginning: UnsafeMutablePointer<UInt32>
  private let lanes: UnsafeMutablePointer<UInt32>
  private let blocks: UnsafeMutablePointer<UInt32>
  /// 4 × lanes that begin anew.
  private let uniforms: UnsafeMutablePointer<Float>

  /// Creates the lanes of a range.
  ///
  /// - Parameters:
  ///   - startRanges: where each state variable starts, uniformly; at most four.
  ///   - timeLimit: after how many steps an episode is truncated; nil for never.
  init(
    lanes range: Range<Int>, seed: UInt64, startRanges: [ClosedRange<Double>], timeLimit: Int?,
    step: @escaping StepKernel, observe: @escaping ObserveKernel
  ) {
    assert(startRanges.count <= 4)
    count = range.count
    firstLane = range.lowerBound
    self.seed = seed
    self.startRanges = startRanges
    self.timeLimit = Int32(clamping: timeLimit ?? .max)
    self.step = step
    self.observe = observe
    state = .allocate(capacity: startRanges.count * count)
    state.initialize(repeating: 0, count: startRanges.count * count)
    ages = .allocate(capacity: count)
    ages.initialize(repeating: 0, count: count)
    episodes = .allocate(capacity: count)
    episodes.initialize(repeating: 1, count: count)
    beginning = .allocate(capacity: count)
    beginning.initialize(repeating: 0, count: count)
    lanes = .allocate(capacity: count)
    lanes.initialize(repeating: 0, count: count)
    blocks = .allocate(capacity: count)
    blocks.initialize(repeating: 0, count: count)
    uniforms = .allocate(capacity: 4 * count)
    uniforms.initialize(repeating: 0, count: 4 * count)
  }

  deinit {
    state.deallocate()
    ages.deallocate()
    episodes.deallocate()
    beginning.deallocate()
    lanes.deallocate()
    blocks.deallocate()
    uniforms.deallocate()
  }

  /// Starts a new episode in every lane.
  public func reset(observations: MatrixView) {
    for lane in 0..<count { beginning[lane] = UInt32(lane) }
    begin(count)
    observe(state, count, observations.pointer, observations.stride, count)
  }

  /// Plays one step in every lane, beginning anew where an episode ended.
  public func step(actions: UnsafePointer<Int32>, result: StepResult) {
    let observations = result.observations
    step(state, count, actions, result.rewards, result.terminated, count)
    observe(state, count, observations.pointer, observations.stride, count)
    let ended = ck_end_episodes(ages, timeLimit, result.terminated, result.truncated, beginning, count)
    if ended == 0 { return }
    begin(ended)
    for index in 0..<ended {
      let lane = Int(beginning[index])
      let row = observations.row(lane)
      result.finalObservations.row(lane).update(from: row, count: observations.columns)
      observe(state + lane, count, row, observations.stride, 1)
    }
  }

  /// Draws the first states of the lanes listed first in `beginning`.
  private func begin(_ some: Int) {
    for index in 0..<some {
      let lane = Int(beginning[index])
      lanes[index] = UInt32(truncatingIfNeeded: firstLane + lane)
      blocks[index] = episodes[lane]
      episodes[lane] &+= 1
      ages[lane] = 0
    }
    var key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    withUnsafeBytes(of: &key) { key in
      guard let key = key.bindMemory(to: UInt32.self).baseAddress else { return }
      ck_philox_scattered_uniforms(uniforms, some, blocks, StreamPurpose.episode.rawValue, lanes, key)
    }
    for (variable, range) in startRanges.enumerated() {
      let (row, draws) = (state + variable * count, uniforms + variable * some)
      for index in 0..<some { row[Int(beginning[index])] = range.at(draws[index]) }
    }
  }
}

extension ClosedRange<Double> {
  /// The number at a share of the way from the lower bound to the upper one.
  @inline(__always) func at(_ share: Float) -> Double {
    lowerBound + (upperBound - lowerBound) * Double(share)
  }
}
