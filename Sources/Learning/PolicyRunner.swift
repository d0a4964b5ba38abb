import LinearAlgebra
import NeuralNetworks

/// Acts greedily on raw observations: normalisation, network, best choice of every branch; where the policy has a spend
/// cap, the best within the budget that the observation names.
///
/// All room is made at creation, so acting allocates nothing. Rows are cut into fixed pieces, so the actions do not
/// depend on the number of threads. One thread at a time may use a runner. Creating one sets OpenBLAS to one thread in
/// the whole process: the pieces are what runs in parallel.
///
/// ```swift
/// let runner = PolicyRunner(policy, maximumBatch: 1)
/// runner.act(observations: row, into: action)
/// ```
public final class PolicyRunner {
  /// The largest number of rows at once.
  public let maximumBatch: Int

  let network: BranchingNetwork
  let branchCount: Int
  let normalized: Matrix
  let values: Matrix
  /// One for each run of pieces.
  let workspaces: [ForwardWorkspace]
  /// One for each run of pieces.
  let choosers: [GreedyChoice]
  private(set) var table: NormalizationTable
  private let rewardScale: Float
  private let pool: WorkerPool

  /// Makes room to act with a policy.
  ///
  /// - Parameters:
  ///   - policy: what to act with.
  ///   - maximumBatch: the largest number of rows at once.
  ///   - threads: the most threads to use; nil for as many as there are processors.
  public convenience init(_ policy: Policy, maximumBatch: Int, threads: Int? = 1) {
    let network = BranchingNetwork(shape: policy.shape, parameters: policy.weights)
    network.priorTransform = policy.priorTransform
    self.init(
      network: network, normalizer: policy.normalizer, rewardScale: policy.rewardScale,
      maximumBatch: maximumBatch,
      pool: WorkerPool(threads: threads ?? availableThreads()))
  }

  /// Acts with a network that somebody else may be training in between.
  init(
    network: BranchingNetwork, normalizer: ObservationNormalizer, rewardScale: Float, maximumBatch: Int,
    pool: WorkerPool
  ) {
    precondition(maximumBatch > 0, "A runner needs room for at least one row, not \(maximumBatch).")
    self.maximumBatch = maximumBatch
    self.network = network
    self.rewardScale = rewardScale
    branchCount = network.shape.branchCount
    table = NormalizationTable(normalizer)
    self.pool = pool
    setBLASThreads(1)
    normalized = Matrix(rows: maximumBatch, columns: network.shape.observationSize)
    values = Matrix(rows: maximumBatch, columns: network.shape.valueCount)
    let runs = min(pool.threads, Self.pieces(of: maximumBatch))
    choosers = (0..<runs).map { _ in GreedyChoice(shape: network.shape) }
    workspaces = (0..<runs).map { _ in
      ForwardWorkspace(shape: network.shape, maximumBatch: min(maximumBatch, RowTask.rowsPerPiece))
    }
  }

  /// Changes how observations are normalised from now on.
  func normalize(with normalizer: ObservationNormalizer) { table = NormalizationTable(normalizer) }

  /// Writes the greedy action of every row.
  ///
  /// - Parameters:
  ///   - observations: rows × observation size, raw.
  ///   - actions: rows × branches.
  public func act(observations: MatrixView, into actions: UnsafeMutablePointer<Int32>) {
    run(observations, actions: actions, values: values.view.rows(0..<min(maximumBatch, observations.rows)))
  }

  /// Writes the value of every choice of every row in raw reward units: V + Â_k(a).
  ///
  /// For an additive network these rank the choices of a branch; only a branching one's are values of whole actions.
  ///
  /// - Parameters:
  ///   - observations: rows × observation size, raw.
  ///   - q: rows × value count: a value per choice or, of a joint head, per combination.
  public func qValues(observations: MatrixView, into q: MatrixView) {
    precondition(
      q.rows == observations.rows && q.columns == values.columns,
      "\(observations.rows) observations need \(observations.rows) × \(values.columns) values.")
    run(observations, actions: nil, values: q)
    for row in 0..<q.rows {
      let values = q.row(row)
      for choice in 0..<q.columns { values[choice] /= rewardScale }
    }
  }

  private func run(
    _ observations: MatrixView, actions: UnsafeMutablePointer<Int32>?, values: MatrixView
  ) {
    precondition(
      observations.rows <= maximumBatch,
      "The runner has room for \(maximumBatch) rows, not \(observations.rows).")
    let runs = min(workspaces.count, Self.pieces(of: observations.rows))
    pool.run(
      runs, RowTask(runner: self, observations: observations, values: values, actions: actions, runs: runs))
  }

  private static func pieces(of rows: Int) -> Int { (rows + RowTask.rowsPerPiece - 1) / RowTask.rowsPerPiece }
}

/// Values rows, and picks actions, in pieces that are dealt to the threads in contiguous runs.
private struct RowTask: ParallelTask {
  let runner: PolicyRunner
  let observations: MatrixView
  let values: MatrixView
  let actions: UnsafeMutablePointer<Int32>?
  let runs: Int

  /// The network's own passes are cut at the same rows.
  static let rowsPerPiece = 128

  func run(_ index: Int) {
    let count = observations.rows
    let pieces = (count + Self.rowsPerPiece - 1) / Self.rowsPerPiece
    for piece in pieces * index / runs..<pieces * (index + 1) / runs {
      let rows = piece * Self.rowsPerPiece..<min((piece + 1) * Self.rowsPerPiece, count)
      let input = runner.normalized.view.rows(rows)
      let output = values.rows(rows)
      runner.table.normalize(observations.row(rows.lowerBound), stride: observations.stride, into: input)
      runner.network.qValues(observations: input, into: output, workspace: runner.workspaces[index])
      guard let actions else { continue }
      let shape = runner.network.shape
      runner.choosers[index].act(
        output, mask: shape.mask(input), limits: shape.spendColumns?.limits(observations.rows(rows)),
        into: actions + rows.lowerBound * runner.branchCount)
    }
  }
}
