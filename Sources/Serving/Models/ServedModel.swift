#if Serving
  import Budgets
  import Foundation
  import Learning
  import LinearAlgebra
  import PolicyFormats
  import NeuralNetworks
  import NIOCore
  import Optimization

  /// One version of a model, ready to answer.
  final class ServedModel: Sendable {
    let manifest: ModelManifest
    let statistics = Statistics()
    /// The network over whole observations; nil where the policy is weakly coupled, which plays campaigns only.
    private let network: Policy?
    /// One for each event loop.
    private let batchers: [Batcher]
    /// What each choice costs by the action ladder; nil where the model has none that fits.
    private let ladder: [Float]?
    private let decisionLog: JSONLinesLog?
    /// What its campaigns share; nil where the version has no market beside it.
    let campaigns: CampaignModel?

    /// - Throws: `InputError` or `CampaignError` where the market beside the policy is not the policy's.
    init(
      _ model: PublishedModel, on eventLoops: [any EventLoop], limits: Batcher.Limits,
      decisionLog: JSONLinesLog?
    ) throws {
      campaigns = try Market(beside: model.attachments).map {
        try CampaignModel(market: $0, policy: model.policy)
      }
      manifest = model.manifest
      network = model.policy.network
      ladder = ActionLadder.costs(in: manifest.metadata, branchSizes: manifest.branchSizes)
      self.decisionLog = decisionLog
      let (statistics, waitingRows) = (statistics, WaitingRows())
      batchers = (model.policy.network.map { [$0] } ?? []).flatMap { network in
        eventLoops.map {
          Batcher(network, on: $0, limits: limits, statistics: statistics, waitingRows: waitingRows)
        }
      }
    }

    /// Values a request's observations and chooses the best that is allowed and, with budgets, affordable.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - eventLoop: the loop that calls.
    ///   - arrival: when the request came in.
    func answer(
      _ request: InferenceRequest, on eventLoop: any EventLoop, arrival: ContinuousClock.Instant
    ) -> EventLoopFuture<HTTPReply> {
      guard let network else {
        return eventLoop.makeFailedFuture(
          ServingError.invalid(
            "Model '\(manifest.name)' is weakly coupled: ask '\(manifest.name)\(ModelCatalog.campaignSuffix)' for bids, "
              + "or run its ONNX graph."))
      }
      let mask = mask(of: request, network)
      do throws(ServingError) {
        if let mask { try checkBranches(of: mask) }
      } catch {
        return eventLoop.makeFailedFuture(error)
      }
      guard let batcher = batchers.first(where: { $0.eventLoop === eventLoop }) else {
        preconditionFailure("The model was made for the server's event loops.")
      }
      return batcher.values(
        of: request.observations, rows: request.rows, isLong: request.budgets != nil, since: arrival
      ) { q, queue throws(ServingError) in
        try self.reply(to: request, of: network, q: q, mask: mask, arrival: arrival, queue: queue)
      }
    }

    private func reply(
      to request: InferenceRequest, of network: Policy, q: MatrixView, mask: [UInt8]?,
      arrival: ContinuousClock.Instant, queue: Duration
    ) throws(ServingError) -> HTTPReply {
      let values = UnsafeBufferPointer(start: q.pointer, count: q.rows * q.columns)
      if let place = values.firstIndex(where: { !$0.isFinite }) {
        throw overflow(of: request, row: place / q.columns, network)
      }
      let rows = Matrix(rows: mask == nil ? 0 : q.rows, columns: q.columns, (mask ?? []).map { Float($0) })
      let allowed = mask == nil ? nil : rows.view
      let costs = try request.budgets.map { _ throws(ServingError) in try self.costs(of: request) }
      let actions =
        if let budgets = request.budgets, let costs {
          try affordable(request, budgets: budgets, costs: costs, allowed: allowed, q: q)
        } else {
          best(q, allowed: allowed)
        }
      decisionLog?.append(request, mask: mask, costs: costs, q: values, actions: actions, of: manifest)
      let response = InferenceResponse(to: request, from: manifest, actions: actions, q: values)
      statistics.add(
        rows: request.rows, request: arrival.duration(to: .now), queue: queue,
        at: Int(Date().timeIntervalSince1970 * 1000))
      return HTTPReply(
        response.body,
        contentType: response.headerLength == nil ? "application/json" : "application/octet-stream",
        inferenceHeaderLength: response.headerLength)
    }

    /// What both the request and the mask within its observations, where there is one, allow; nil for everything.
    private func mask(of request: InferenceRequest, _ network: Policy) -> [UInt8]? {
      guard let columns = network.shape.layout.mask else { return request.mask }
      let normalizer = network.normalizer
      return (0..<request.rows * manifest.choiceCount).map { place in
        let (row, choice) = place.quotientAndRemainder(dividingBy: manifest.choiceCount)
        let column = columns.lowerBound + choice
        let seen = request.observations[row * manifest.observationSize + column] - normalizer.means[column]
        return seen > 0 && request.mask?[place] != 0 ? 1 : 0
      }
    }

    /// The allowed choice of the largest value in every branch, the first among equals.
    private func best(_ q: MatrixView, allowed: MatrixView?) -> [Int32] {
      let count = q.rows * manifest.branchSizes.count
      return [Int32](unsafeUninitializedCapacity: count) { actions, initialized in
        initialized = count
        guard let first = actions.baseAddress else { return }
        argmaxChoices(q, branchSizes: manifest.branchSizes, into: first, mask: allowed)
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

    /// Why the values of a row are no numbers: of its columns that cannot be cut at a limit, the farthest from what training
    /// saw is named.
    private func overflow(of request: InferenceRequest, row: Int, _ network: Policy) -> ServingError {
      let size = manifest.observationSize
      let normalizer = network.normalizer
      func distance(_ column: Int) -> Float {
        let seen = request.observations[row * size + column] - normalizer.means[column]
        return abs(seen) / normalizer.deviations[column]
      }
      let columns = network.shape.layout.prior ?? 0..<size
      let farthest = columns.max { distance($0) < distance($1) } ?? columns.lowerBound
      return .invalid(
        "The values of row \(row) are beyond FP32: its column \(farthest) ('\(manifest.observationNames[farthest])') holds "
          + "\(request.observations[row * size + farthest]), too far from what training saw.")
    }

    /// What the choices cost, for each row of the request or alike for all.
    private func costs(of request: InferenceRequest) throws(ServingError) -> [Float] {
      guard let costs = request.costs ?? ladder else {
        throw .invalid("The model has no action ladder: a request with 'budget' needs 'cost'.")
      }
      guard let place = costs.firstIndex(where: { $0 < 0 }) else { return costs }
      let (row, column) = place.quotientAndRemainder(dividingBy: manifest.choiceCount)
      throw .invalid("The input 'cost' holds the negative \(costs[place]) in row \(row), column \(column).")
    }

    /// The allowed choices of the largest sum of values within each row's budget.
    private func affordable(
      _ request: InferenceRequest, budgets: [Float], costs: [Float], allowed: MatrixView?, q: MatrixView
    ) throws(ServingError) -> [Int32] {
      let knapsack = MultipleChoiceKnapsack(branchSizes: manifest.branchSizes, searchLimit: 200_000)
      // A request has costs for each row; the ladder's are every row's.
      let costRows = Matrix(rows: costs.count / q.columns, columns: q.columns, costs)
      var actions: [Int32] = []
      var choices = [Int32](repeating: 0, count: manifest.branchSizes.count)
      for row in 0..<request.rows {
        let solution = knapsack.solve(
          values: q.row(row), costs: costRows.view.row(min(row, costRows.rows - 1)),
          mask: allowed.map { UnsafePointer($0.row(row)) }, budget: budgets[row], into: &choices)
        guard solution.isWithinBudget else {
          throw .invalid("No allowed combination of row \(row) costs \(budgets[row]) or less.")
        }
        actions += choices
      }
      return actions
    }
  }
#endif
