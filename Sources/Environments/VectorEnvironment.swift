import Dispatch
import LinearAlgebra

/// Many lanes of one environment, stepped together: a row of the batch matrix per lane.
///
/// ```swift
/// let lanes = VectorEnvironment(count: 1024, seed: 1) { CartPole() }
/// lanes.reset()
/// lanes.step(actions: actions)  // lanes.observations, lanes.rewards, lanes.terminated, lanes.truncated
/// ```
///
/// Lanes are cut into a fixed number of blocks; `step` shares the blocks among threads by `DispatchQueue.concurrentPerform`,
/// and a thread that is done with its share helps with the others', so results never depend on the number of threads, and
/// a thread that wakes late holds up nobody. Where an episode ends, the lane begins the next one in the same step:
/// `observations` then holds the new episode's first row and `finalObservations` the old episode's last one.
public final class VectorEnvironment<E: Environment> {
  /// The problem every lane plays.
  public let environment: E
  /// The number of lanes.
  public let count: Int
  /// The seed that, with a lane's number, decides all randomness of that lane.
  public let seed: UInt64
  /// What the last step led to.
  public let results: StepStorage
  /// The most threads a step may use; little work is done by fewer, and 1 is a plain loop. The results are the same for
  /// every value.
  public var threads: Int {
    didSet { Self.check(threads: threads) }
  }

  private let branches: Int
  private let lanesPerBlock: Int
  private let blocks: [E.Block]
  private let shares: PieceShares

  /// Creates the lanes; call `reset` before the first `step`.
  ///
  /// - Parameters:
  ///   - count: how many lanes there are.
  ///   - seed: decides all randomness, together with a lane's number. Evaluation uses the seeds from 2^63 on, so
  ///     training seeds stay below.
  ///   - lanesPerBlock: how many lanes a block steps together; speed alone depends on it. Nil for an eighth of the lanes,
  ///     between 16, which vector kernels need, and 256, whose state stays in a core's cache.
  ///   - threads: the most threads of a step; nil for as many as there are processors.
  ///   - make: describes the problem; called once.
  public init(
    count: Int, seed: UInt64, lanesPerBlock: Int? = nil, threads: Int? = nil, _ make: () throws -> E
  ) rethrows {
    precondition(count > 0, "A vector environment needs at least one lane, not \(count).")
    let lanesPerBlock = lanesPerBlock ?? min(max((count / 8 + 15) / 16 * 16, 16), 256)
    precondition(lanesPerBlock > 0, "A block needs at least one lane, not \(lanesPerBlock).")
    let environment = try make()
    self.environment = environment
    self.count = count
    self.seed = seed
    self.lanesPerBlock = lanesPerBlock
    self.threads = threads ?? availableThreads()
    let layout = environment.observationLayout
    let fault = layout.fault(for: environment.actionSpace)
    precondition(fault == nil, fault ?? "")
    branches = environment.actionSpace.branchCount
    results = StepStorage(
      lanes: count, observationSize: layout.size,
      counterfactualBranches: environment.hasCounterfactual ? branches : nil)
    blocks = stride(from: 0, to: count, by: lanesPerBlock).map { first in
      environment.makeBlock(lanes: first..<min(first + lanesPerBlock, count), seed: seed)
    }
    shares = PieceShares(workers: blocks.count)
    Self.check(threads: self.threads)
  }

  private static func check(threads: Int) {
    precondition(threads >= 1, "A step needs at least one thread, not \(threads).")
  }

  /// Lanes × observation size: what to act on next, raw.
  public var observations: Matrix { _read { yield results.observations } }
  /// Lanes × observation size: the last row of an episode, where the last step ended one; otherwise stale.
  package var finalObservations: Matrix { _read { yield results.finalObservations } }
  /// Lanes: the rewards of the last step.
  public var rewards: Buffer<Float> { _read { yield results.rewards } }
  /// Lanes: whether the last step ended the episode in a terminal state.
  public var terminated: Buffer<Bool> { _read { yield results.terminated } }
  /// Lanes: whether the last step cut the episode by a limit of time.
  public var truncated: Buffer<Bool> { _read { yield results.truncated } }

  /// Starts a new episode in every lane and writes the first `observations`.
  public func reset() {
    results.rewards.fill(0)
    results.terminated.fill(false)
    results.truncated.fill(false)
    perform(actions: nil)
  }

  /// Plays one step in every lane.
  ///
  /// - Parameter actions: lanes × branches, row-major: the choice of each branch.
  public func step(actions: Span<Int32>) {
    precondition(
      actions.count == count * branches,
      "\(count) lanes of \(branches) branches need \(count * branches) choices, not \(actions.count).")
    actions.withUnsafeBufferPointer { perform(actions: $0.baseAddress) }
  }

  /// Plays one step in every lane.
  ///
  /// - Parameter actions: lanes × branches, row-major: the choice of each branch.
  public func step(actions: [Int32]) { step(actions: actions.span) }

  /// How many threads share a step: waking one takes some 50 µs, so that is the least that one is given to do.
  private var workers: Int {
    min(threads, blocks.count, max(1, count * environment.nanosecondsPerStep / 50_000))
  }

  /// Resets (without actions) or steps every block.
  private func perform(actions: UnsafePointer<Int32>?) {
    let sweep = Sweep<E>(
      blocks: blocks, lanesPerBlock: lanesPerBlock, branches: branches, shares: shares, actions: actions,
      results: results)
    let workers = self.workers
    shares.deal(blocks.count, among: workers)
    if workers == 1 {
      sweep.run(worker: 0)
    } else {
      DispatchQueue.concurrentPerform(iterations: workers) { sweep.run(worker: $0) }
    }
  }
}

/// One pass over all blocks; safe to share because every block, and with it every lane, is taken by one worker.
private struct Sweep<E: Environment>: @unchecked Sendable {
  let blocks: [E.Block]
  let lanesPerBlock: Int
  let branches: Int
  let shares: PieceShares
  let actions: UnsafePointer<Int32>?
  let results: StepStorage

  func run(worker: Int) {
    shares.take(by: worker) { index in
      let first = index * lanesPerBlock
      let lanes = first..<min(first + lanesPerBlock, results.lanes)
      var result = StepResult(results, lanes: lanes)
      if let actions {
        let chosen = Span(_unsafeStart: actions + first * branches, count: lanes.count * branches)
        blocks[index].step(actions: chosen, result: &result)
      } else {
        blocks[index].reset(observations: &result.observations)
      }
    }
  }
}
