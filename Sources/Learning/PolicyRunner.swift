import Dispatch
import LinearAlgebra
import NeuralNetworks

/// Acts greedily on raw observations: normalisation, network, best choice of every branch.
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
  private let branchSizes: [Int]
  private let rewardScale: Float
  private var table: NormalizationTable
  private let threads: Int
  private let normalized: Matrix
  private let values: Matrix
  private let workspaces: [ForwardWorkspace]

  /// Rows of a piece; the network's own passes are cut at the same rows.
  private static let rowsPerPiece = 128

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
      threads: threads)
  }

  /// Acts with a network that somebody else may be training in between.
  init(
    network: BranchingNetwork, normalizer: ObservationNormalizer, rewardScale: Float, maximumBatch: Int,
    threads: Int?
  ) {
    precondition(maximumBatch > 0, "A runner needs room for at least one row, not \(maximumBatch).")
    self.maximumBatch = maximumBatch
    self.network = network
    self.rewardScale = rewardScale
    branchSizes = network.shape.branchSizes
    table = NormalizationTable(normalizer)
    let pieces = (maximumBatch + Self.rowsPerPiece - 1) / Self.rowsPerPiece
    self.threads = max(1, min(pieces, threads ?? availableThreads()))
    normalized = Matrix(rows: maximumBatch, columns: network.shape.observationSize)
    values = Matrix(rows: maximumBatch, columns: network.shape.choiceCount)
    workspaces = (0..<self.threads).map { _ in
      ForwardWorkspace(shape: network.shape, maximumBatch: min(maximumBatch, Self.rowsPerPiece))
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
    run(observations) { rows, values in
      argmaxChoices(values, branchSizes: branchSizes, into: actions + rows.lowerBound * branchSizes.count)
    }
  }

  /// Writes the value of every choice of every row in raw reward units: V + Â_k(a).
  ///
  /// For an additive network these rank the choices of a branch; only a branching one's are values of whole actions.
  ///
  /// - Parameters:
  ///   - observations: rows × observation size, raw.
  ///   - q: rows × choice count.
  public func qValues(observations: MatrixView, into q: MatrixView) {
    precondition(
      q.rows == observations.rows, "Each of \(observations.rows) observations needs a row of values.")
    let inverse = 1 / rewardScale
    run(observations) { rows, values in
      for row in 0..<rows.count {
        let from = values.row(row)
        let to = q.row(rows.lowerBound + row)
        for choice in 0..<values.columns { to[choice] = from[choice] * inverse }
      }
    }
  }

  /// Values all rows, a run of pieces per thread, and hands each piece over.
  private func run(_ observations: MatrixView, _ body: (Range<Int>, MatrixView) -> Void) {
    let count = observations.rows
    precondition(count <= maximumBatch, "The runner has room for \(maximumBatch) rows, not \(count).")
    let pieces = (count + Self.rowsPerPiece - 1) / Self.rowsPerPiece
    let workers = min(threads, pieces)
    concurrently(workers) { worker in
      for piece in pieces * worker / workers..<pieces * (worker + 1) / workers {
        let rows = piece * Self.rowsPerPiece..<min((piece + 1) * Self.rowsPerPiece, count)
        let input = normalized.view.rows(rows)
        let output = values.view.rows(rows)
        table.normalize(observations.row(rows.lowerBound), stride: observations.stride, into: input)
        network.qValues(observations: input, into: output, workspace: workspaces[worker])
        body(rows, output)
      }
    }
  }
}

/// Runs `body` for 0..<count, side by side where count exceeds 1; the calls must share nothing they write.
private func concurrently(_ count: Int, _ body: (Int) -> Void) {
  guard count > 1 else {
    if count == 1 { body(0) }
    return
  }
  withoutActuallyEscaping(body) { body in
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: count) { body($0) }
  }
}
