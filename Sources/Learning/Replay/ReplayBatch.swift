import Environments
import LinearAlgebra
import NeuralNetworks

/// Room for the transitions of one update, filled again and again.
public final class ReplayBatch {
  /// The number of transitions.
  public let count: Int
  /// Whether rows 2i and 2i + 1 are what was played and its counterfactual.
  package let paired: Bool
  /// Count × observation size: the rows acted on, normalised.
  public let observations: Matrix
  /// Count × observation size: the rows the windows lead to, normalised.
  package let nextObservations: Matrix
  /// Count × branches: the actions played.
  public let actions: Buffer<Int32>
  /// Count: the windows' discounted sums of rewards, scaled.
  public let rewards: Buffer<Float>
  /// Count: what the value of the next rows is multiplied with.
  package let discounts: Buffer<Float>
  /// Count: what each transition's loss counts; 1 where all are drawn alike.
  package let weights: Buffer<Float>
  /// Count: the slots in the replay buffer the transitions come from.
  package let slots: Buffer<Int32>
  /// Count × (costs of every choice, budget) of the rows the windows lead to, raw, where a spend cap needs them.
  private let nextSpend: Matrix
  private let spendColumns: SpendColumns?
  /// Count: the slots of the next rows.
  let nextSlots: Buffer<Int32>

  /// Makes room for `count` transitions, `paired` for half of them and their counterfactuals, and for the costs and
  /// budgets that `spendColumns` of their next rows hold.
  public init(
    count: Int, observationSize: Int, branchCount: Int, paired: Bool = false,
    spendColumns: SpendColumns? = nil
  ) {
    precondition(!paired || count % 2 == 0, "Pairs make an even number of transitions, not \(count).")
    precondition(count > 0, "A batch needs at least one transition, not \(count).")
    self.count = count
    self.paired = paired
    observations = Matrix(rows: count, columns: observationSize)
    nextObservations = Matrix(rows: count, columns: observationSize)
    self.spendColumns = spendColumns
    nextSpend = Matrix(rows: spendColumns == nil ? 0 : count, columns: (spendColumns?.costs.count ?? 0) + 1)
    actions = Buffer(repeating: 0, count: count * branchCount)
    rewards = Buffer(repeating: 0, count: count)
    discounts = Buffer(repeating: 0, count: count)
    weights = Buffer(repeating: 1, count: count)
    slots = Buffer(repeating: 0, count: count)
    nextSlots = Buffer(repeating: 0, count: count)
  }

  /// The batch as an update reads it; valid as long as the batch lives and until it is filled again.
  public var transitions: TransitionBatch {
    TransitionBatch(
      observations: observations.view, actions: actions.pointer, rewards: rewards.pointer,
      discounts: discounts.pointer,
      nextObservations: nextObservations.view, weights: weights.pointer, nextLimits: nextLimits,
      paired: paired)
  }

  private var nextLimits: SpendLimits? {
    guard let spendColumns else { return nil }
    let costs = spendColumns.costs.count
    return SpendColumns(costs: 0..<costs, budget: costs).limits(nextSpend.view)
  }

  /// Takes costs and budget from the raw observation that a row's window leads to.
  @inline(__always) func setLimits(_ row: Int, from observation: UnsafePointer<Float>) {
    guard let spendColumns else { return }
    let costs = spendColumns.costs
    let spend = nextSpend.view.row(row)
    spend.update(from: observation + costs.lowerBound, count: costs.count)
    spend[costs.count] = observation[spendColumns.budget]
  }
}

extension ReplayBuffer {
  /// Fills a batch with transitions drawn with replacement, observations normalised and rewards scaled on the way.
  ///
  /// They are drawn in proportion to their priorities, or uniformly where there are none: then the probabilities of two
  /// differ by at most capacity / 2^32 of themselves.
  ///
  /// - Parameters:
  ///   - batch: what to fill.
  ///   - table: how observations are normalised.
  ///   - rewardScale: what rewards are multiplied with.
  ///   - correction: β, how much of the unevenness of priorities the weights take back, in 0…1.
  ///   - stream: where the chance comes from.
  ///   - pool: the threads that share the rows; nil gathers them on the caller's alone.
  public func sample(
    into batch: ReplayBatch, normalizedBy table: NormalizationTable, rewardScale: Float = 1,
    correction: Float = 1, stream: inout RandomStream, pool: WorkerPool? = nil
  ) {
    let task = GatherTask(replay: self, batch: batch, table: table, rewardScale: rewardScale)
    draw(into: batch.slots.pointer, count: task.draws, stream: &stream)
    if let pool {
      pool.run(task.pieces, task)
    } else {
      task.gather(0..<task.draws)
    }
    if batch.paired {
      // From the end, so that no slot is overwritten before it is read.
      for row in (0..<batch.count).reversed() { batch.slots.pointer[row] = batch.slots.pointer[row / 2] }
    }
    priorities?.weigh(
      batch.slots.pointer, count: batch.count, correction: correction, into: batch.weights.pointer)
  }
}

/// Gathers the rows of a sample from all over the ring.
private struct GatherTask: ParallelTask {
  let replay: ReplayBuffer
  let batch: ReplayBatch
  let table: NormalizationTable
  let rewardScale: Float

  /// The played transitions come first; of a pair, the counterfactual stands behind what was played.
  private var rowsPerDraw: Int { batch.paired ? 2 : 1 }
  var draws: Int { batch.count / rowsPerDraw }
  /// Less than some 32 kB of rows are not worth waking a thread for.
  var pieces: Int { max(1, min(8, batch.count * replay.observationSize / 8192)) }

  func run(_ piece: Int) { gather(draws * piece / pieces..<draws * (piece + 1) / pieces) }

  func gather(_ range: Range<Int>) {
    let branchCount = replay.branchCount
    for draw in range {
      let (slot, row) = (Int(batch.slots.pointer[draw]), draw * rowsPerDraw)
      let window = replay.windows.pointer[slot]
      batch.nextSlots.pointer[draw] = window.next
      batch.rewards.pointer[row] = window.reward * rewardScale
      batch.discounts.pointer[row] = window.discount
      batch.setLimits(row, from: replay.observations.pointer + Int(window.next) * replay.rowStride)
      let (from, to) = (
        replay.actions.pointer + slot * branchCount, batch.actions.pointer + row * branchCount
      )
      for branch in 0..<branchCount { to[branch] = from[branch] }
    }
    normalize(range, batch.slots.pointer, into: batch.observations.view)
    normalize(range, batch.nextSlots.pointer, into: batch.nextObservations.view)
    guard batch.paired, let counterfactuals = replay.counterfactuals else { return }
    counterfactuals.write(range, to: batch, normalizedBy: table, rewardScale: rewardScale)
  }

  private func normalize(_ range: Range<Int>, _ slots: UnsafePointer<Int32>, into rows: MatrixView) {
    table.normalize(
      replay.observations.pointer, stride: replay.rowStride, indexes: slots + range.lowerBound,
      into: rows.rows(every: rowsPerDraw).rows(range))
  }
}

extension ReplayBuffer {
  /// Lets the errors of a batch's transitions decide how soon they are drawn again; of a pair, the larger counts.
  ///
  /// - Parameters:
  ///   - errors: batch: the absolute errors.
  ///   - batch: what `sample` has filled last.
  package func prioritize(_ batch: ReplayBatch, by errors: UnsafePointer<Float>) {
    guard let priorities else { return }
    // The weights have served their purpose until the batch is filled again.
    for row in 0..<batch.count {
      batch.weights.pointer[row] = batch.paired ? max(errors[row], errors[row ^ 1]) : errors[row]
    }
    priorities.learn(batch.weights.pointer, at: batch.slots.pointer, count: batch.count)
  }
}
