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
  private let state: Buffer<Double>
  /// Lanes: the steps of the running episode, and the number of the next one.
  private let ages: Buffer<Int32>
  private let episodes: Buffer<UInt32>
  /// Up to a lane each: which lanes begin anew, their numbers among all lanes, and the blocks they draw.
  private let beginning: Buffer<UInt32>
  private let lanes: Buffer<UInt32>
  private let blocks: Buffer<UInt32>
  /// 4 × lanes that begin anew.
  private let uniforms: Buffer<Float>

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
    state = Buffer(repeating: 0, count: startRanges.count * count)
    ages = Buffer(repeating: 0, count: count)
    episodes = Buffer(repeating: 1, count: count)
    beginning = Buffer(repeating: 0, count: count)
    lanes = Buffer(repeating: 0, count: count)
    blocks = Buffer(repeating: 0, count: count)
    uniforms = Buffer(repeating: 0, count: 4 * count)
  }

  /// Starts a new episode in every lane.
  public func reset(observations: inout MutableMatrixSpan) {
    for lane in 0..<count { beginning[lane] = UInt32(lane) }
    begin(count)
    let rows = observations.view
    observe(state.pointer, count, rows.pointer, rows.stride, count)
  }

  /// Plays one step in every lane, beginning anew where an episode ended.
  public func step(actions: Span<Int32>, result: inout StepResult) {
    precondition(
      actions.count == count && result.rewards.count == count, "\(count) lanes are stepped together.")
    let (rows, finalRows) = (result.observations.view, result.finalObservations.view)
    let (terminated, truncated) = (result.terminated.kernelPointer, result.truncated.kernelPointer)
    step(state.pointer, count, actions.kernelPointer, result.rewards.kernelPointer, terminated, count)
    observe(state.pointer, count, rows.pointer, rows.stride, count)
    let ended = ck_end_episodes(ages.pointer, timeLimit, terminated, truncated, beginning.pointer, count)
    if ended == 0 { return }
    begin(ended)
    for index in 0..<ended {
      let lane = Int(beginning[index])
      let row = rows.row(lane)
      finalRows.row(lane).update(from: row, count: rows.columns)
      observe(state.pointer + lane, count, row, rows.stride, 1)
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
      ck_philox_scattered_uniforms(
        uniforms.pointer, some, blocks.pointer, StreamPurpose.episode.rawValue, lanes.pointer, key)
    }
    for (variable, range) in startRanges.enumerated() {
      let (row, draws) = (state.pointer + variable * count, uniforms.pointer + variable * some)
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
