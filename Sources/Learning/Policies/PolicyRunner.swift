import LinearAlgebra
import NeuralNetworks

/// Acts greedily on raw observations: normalisation, network, best choice of every branch; where the policy has a spend
/// cap, the best within the budget that the observation names.
///
/// All room is made at creation, so acting allocates nothing. Rows are cut into fixed pieces, so the actions do not
/// depend on the number of threads. One thread at a time may use a runner.
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
  /// How many rows a piece has.
  let rowsPerPiece: Int
  /// One for each run of pieces.
  let workspaces: [ForwardWorkspace]
  let searches: [GreedySearch]
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
    table = NormalizationTable(normalizer, layout: network.shape.layout)
    self.pool = pool
    setBLASThreads(1)
    normalized = Matrix(rows: maximumBatch, columns: network.shape.observationSize)
    rowsPerPiece = GreedySearch.rows(for: network.shape, batch: maximumBatch)
    let (rows, runs) = (rowsPerPiece, min(pool.threads, Self.pieces(of: maximumBatch, rowsPerPiece)))
    workspaces = (0..<runs).map { _ in ForwardWorkspace(shape: network.shape, maximumBatch: rows) }
    searches = (0..<runs).map { _ in GreedySearch(shape: network.shape, rows: rows) }
  }

  /// Changes how observations are normalised from now on.
  func normalize(with normalizer: ObservationNormalizer) {
    table = NormalizationTable(normalizer, layout: network.shape.layout)
  }

  /// Writes the greedy action of every row.
  ///
  /// - Parameters:
  ///   - observations: rows × observation size, raw.
  ///   - actions: rows × branches.
  public func act(observations: MatrixView, into actions: inout MutableSpan<Int32>) {
    precondition(
      actions.count == observations.rows * branchCount,
      "\(observations.rows) rows need \(observations.rows) × \(branchCount) choices, not \(actions.count).")
    act(observations: observations, into: actions.kernelPointer)
  }

  /// Writes the greedy action of every row; see the function above.
  public func act(observations: MatrixView, into actions: inout [Int32]) {
    var span = actions.mutableSpan
    act(observations: observations, into: &span)
  }

  /// Writes the greedy action of every row to as many choices as there should be.
  package func act(observations: MatrixView, into actions: UnsafeMutablePointer<Int32>) {
    run(observations, into: .actions(actions))
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
      q.rows == observations.rows && q.columns == network.shape.valueCount,
      "\(observations.rows) observations need \(observations.rows) × \(network.shape.valueCount) values.")
    run(observations, into: .values(q))
    for row in 0..<q.rows {
      let values = q.row(row)
      for choice in 0..<q.columns { values[choice] /= rewardScale }
    }
  }

  private func run(_ observations: MatrixView, into answer: RowTask.Answer) {
    precondition(
      observations.rows <= maximumBatch,
      "The runner has room for \(maximumBatch) rows, not \(observations.rows).")
    let runs = min(workspaces.count, Self.pieces(of: observations.rows, rowsPerPiece))
    pool.run(runs, RowTask(runner: self, observations: observations, answer: answer, runs: runs))
  }

  fileprivate static func pieces(of rows: Int, _ rowsPerPiece: Int) -> Int {
    (rows + rowsPerPiece - 1) / rowsPerPiece
  }
}

/// Values rows, or picks actions, in pieces that are dealt to the threads in contiguous runs.
private struct RowTask: ParallelTask {
  /// What is asked for, and where it goes.
  enum Answer {
    case actions(UnsafeMutablePointer<Int32>)
    case values(MatrixView)
  }

  let runner: PolicyRunner
  let observations: MatrixView
  let answer: Answer
  let runs: Int

  func run(_ index: Int) {
    let (count, size) = (observations.rows, runner.rowsPerPiece)
    let pieces = PolicyRunner.pieces(of: count, size)
    for piece in pieces * index / runs..<pieces * (index + 1) / runs {
      let rows = piece * size..<min((piece + 1) * size, count)
      let input = runner.normalized.view.rows(rows)
      runner.table.normalize(observations.row(rows.lowerBound), stride: observations.stride, into: input)
      switch answer {
      case .actions(let actions):
        runner.network.greedyActions(
          observations: input, limits: runner.network.shape.layout.spend?.limits(observations.rows(rows)),
          into: actions + rows.lowerBound * runner.branchCount, workspace: runner.workspaces[index],
          search: runner.searches[index])
      case .values(let values):
        runner.network.qValues(
          observations: input, into: values.rows(rows), workspace: runner.workspaces[index])
      }
    }
  }
}
