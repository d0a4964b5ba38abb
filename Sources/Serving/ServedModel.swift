import LinearAlgebra
import ModelFormats
import NeuralNetworks

/// One version of a model, ready to answer.
final class ServedModel: Sendable {
  let manifest: ModelManifest
  let statistics = Statistics()
  private let batcher: Batcher
  /// What each choice costs by the action ladder; nil where the model has none that fits.
  private let ladder: [Float]?

  init(_ model: PublishedModel, engines: Int, limits: Batcher.Limits) {
    manifest = model.manifest
    ladder = Self.ladder(of: model.manifest)
    batcher = Batcher(model.policy, engines: engines, limits: limits, statistics: statistics)
  }

  /// What a request is answered with.
  struct Answer {
    /// Rows × branches.
    let actions: [Int32]
    /// Rows × choice count.
    let q: [Float]
    /// How long the request waited for others.
    let queue: Duration
  }

  /// Values a request's observations and chooses the best that is allowed and, with budgets, affordable.
  func answer(_ request: InferenceRequest) async throws(ServingError) -> Answer {
    let outcome = try await batcher.values(of: request.observations, rows: request.rows)
    let actions: [Int32]
    if let budgets = request.budgets {
      actions = try affordable(request, budgets: budgets, q: outcome.q)
    } else {
      actions = try best(request, q: outcome.q)
    }
    return Answer(actions: actions, q: outcome.q, queue: outcome.queue)
  }

  private func best(_ request: InferenceRequest, q: [Float]) throws(ServingError) -> [Int32] {
    if let mask = request.mask { try checkBranches(of: mask) }
    var values = q
    let (rows, columns) = (request.rows, manifest.choiceCount)
    return [Int32](unsafeUninitializedCapacity: rows * manifest.branchSizes.count) { actions, count in
      values.withUnsafeMutableBufferPointer { values in
        if let first = values.baseAddress, let actions = actions.baseAddress {
          argmaxChoices(
            MatrixView(pointer: first, rows: rows, columns: columns, stride: columns),
            branchSizes: manifest.branchSizes, into: actions, mask: request.mask)
        }
      }
      count = rows * manifest.branchSizes.count
    }
  }

  /// Every branch of every row needs a level that is allowed.
  private func checkBranches(of mask: [UInt8]) throws(ServingError) {
    var start = 0
    while start < mask.count {
      for (branch, size) in manifest.branchSizes.enumerated() {
        guard mask[start..<start + size].contains(1) else {
          throw .invalid(
            "The mask of row \(start / manifest.choiceCount) allows no level of branch \(branch).")
        }
        start += size
      }
    }
  }

  private func affordable(
    _ request: InferenceRequest, budgets: [Float], q: [Float]
  ) throws(ServingError) -> [Int32] {
    let columns = manifest.choiceCount
    guard let costs = request.costs ?? ladder.map({ Array(repeatElement($0, count: request.rows).joined()) })
    else { throw .invalid("The model has no action ladder: a request with 'budget' needs 'cost'.") }
    guard costs.allSatisfy({ $0 >= 0 }) else { throw .invalid("The input 'cost' holds a negative number.") }
    if let mask = request.mask { try checkBranches(of: mask) }
    var actions: [Int32] = []
    for row in 0..<request.rows {
      let range = row * columns..<(row + 1) * columns
      let choice = FeasibleChoice(
        values: q[range], costs: costs[range], mask: request.mask?[range], branchSizes: manifest.branchSizes)
      guard let best = choice.best(within: budgets[row]) else {
        throw .invalid("No allowed combination of row \(row) costs \(budgets[row]) or less.")
      }
      actions += best
    }
    return actions
  }

  private static func ladder(of manifest: ModelManifest) -> [Float]? {
    guard let text = manifest.metadata["action_ladder"],
      let branches = (try? JSONValue(parsing: text.utf8))?.array
    else { return nil }
    let levels = branches.map { $0["levels"]?.array?.compactMap(\.double) ?? [] }
    return levels.map(\.count) == manifest.branchSizes ? levels.joined().map { Float($0) } : nil
  }
}
