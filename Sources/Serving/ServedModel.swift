import Learning
import LinearAlgebra
import ModelFormats
import NeuralNetworks

/// One version of a model, ready to answer.
final class ServedModel: Sendable {
  let manifest: ModelManifest
  let statistics = Statistics()
  private let batcher: Batcher
  private let policy: Policy
  /// What each choice costs by the action ladder; nil where the model has none that fits.
  private let ladder: [Float]?

  init(_ model: PublishedModel, engines: Int, limits: Batcher.Limits) {
    manifest = model.manifest
    policy = model.policy
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
    let mask = mask(of: request)
    if let mask { try checkBranches(of: mask) }
    let outcome = try await batcher.values(of: request.observations, rows: request.rows)
    let actions: [Int32]
    if let budgets = request.budgets {
      actions = try affordable(request, budgets: budgets, mask: mask, q: outcome.q)
    } else {
      actions = best(outcome.q, rows: request.rows, mask: mask)
    }
    return Answer(actions: actions, q: outcome.q, queue: outcome.queue)
  }

  /// What both the request and the mask within its observations, where there is one, allow; nil for everything.
  private func mask(of request: InferenceRequest) -> [UInt8]? {
    guard let columns = policy.shape.maskColumns else { return request.mask }
    let normalizer = policy.normalizer
    return (0..<request.rows * manifest.choiceCount).map { place in
      let (row, choice) = place.quotientAndRemainder(dividingBy: manifest.choiceCount)
      let column = columns.lowerBound + choice
      let seen = request.observations[row * manifest.observationSize + column] - normalizer.means[column]
      return seen > 0 && request.mask?[place] != 0 ? 1 : 0
    }
  }

  /// The allowed choice of the largest value in every branch, the first among equals.
  private func best(_ q: [Float], rows: Int, mask: [UInt8]?) -> [Int32] {
    var actions: [Int32] = []
    actions.reserveCapacity(rows * manifest.branchSizes.count)
    var start = 0
    for _ in 0..<rows {
      for size in manifest.branchSizes {
        var best = -1
        for place in start..<start + size where mask?[place] != 0 && (best < 0 || q[place] > q[best]) {
          best = place
        }
        actions.append(Int32(best - start))
        start += size
      }
    }
    return actions
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
    _ request: InferenceRequest, budgets: [Float], mask: [UInt8]?, q: [Float]
  ) throws(ServingError) -> [Int32] {
    let columns = manifest.choiceCount
    guard let costs = request.costs ?? ladder.map({ Array(repeatElement($0, count: request.rows).joined()) })
    else { throw .invalid("The model has no action ladder: a request with 'budget' needs 'cost'.") }
    guard costs.allSatisfy({ $0 >= 0 }) else { throw .invalid("The input 'cost' holds a negative number.") }
    let knapsack = MultipleChoiceKnapsack(branchSizes: manifest.branchSizes, searchLimit: 200_000)
    var actions: [Int32] = []
    var choices = [Int32](repeating: 0, count: manifest.branchSizes.count)
    for row in 0..<request.rows {
      let range = row * columns..<(row + 1) * columns
      let solution = knapsack.solve(
        values: Array(q[range]), costs: Array(costs[range]), mask: mask.map { $0[range].map { Float($0) } },
        budget: budgets[row], into: &choices)
      guard solution.isWithinBudget else {
        throw .invalid("No allowed combination of row \(row) costs \(budgets[row]) or less.")
      }
      actions += choices
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
