import Applications
import Documents
import Learning
import LinearAlgebra

extension RecommendationProblem {
  /// A visitor's next slate, with the value of each item where it stands and the probability that it was put there.
  package func decision(of policy: TrainedPolicy, on request: DecisionRequest) throws -> any Decision {
    let policy = try network(of: policy)
    try request.allow([.history, .candidates, .segment, .exploration], of: name)
    let told = ToldVisitor(
      history: try request.history.map { try CSVTable(tableOrJSON: $0) },
      candidates: try request.candidates.map { try CSVTable(tableOrJSON: $0) }, segment: request.segment)
    func decide(_ world: some RecommendationWorld) throws -> [(
      name: String, value: Double, propensity: Float
    )] {
      let (visitor, names) = try world.visitor(told)
      var stream = RandomStream(seed: request.seed, purpose: .exploration)
      let filler = SlateFiller(world, policy, exploration: request.exploration)
      return filler.fill(for: visitor, of: names.count, stream: &stream).map {
        (names[$0.decision.arm], $0.value, $0.decision.propensity)
      }
    }
    let slate = try decide(play)
    let propensity = slate.reduce(1) { $0 * Double($1.propensity) }
    var table = DecisionTable(
      "A slate of \(name), drawn with probability \(readable(propensity)).",
      facts: [.init("problem", .string(name)), .init("propensity", JSONValue(propensity))], rows: "slate",
      columns: ["position", "item", "score", "propensity"])
    for (position, item) in slate.enumerated() {
      table.append([
        JSONValue(position), .string(item.name), JSONValue(item.value), JSONValue(Double(item.propensity)),
      ])
    }
    return table
  }

  /// The slates of held-out visits, see `DecisionLog`.
  package func record(of policy: TrainedPolicy, exploration: Float, episodes: Int, seed: UInt64) throws
    -> String
  {
    let policy = try network(of: policy)
    func play(_ world: some RecommendationWorld) -> String {
      let filler = SlateFiller(world, policy, exploration: exploration)
      let log = DecisionLog(world, visits: episodes, seed: evaluationSeed(seed), model: name) {
        state, stream in
        filler.fill(for: state, of: world.slateLayout.candidates, stream: &stream).map(\.decision)
      }
      return log.csv
    }
    return play(self.play)
  }
}

/// Fills slates position by position: the best of what is left by a policy, and with a probability any of it.
private struct SlateFiller<World: RecommendationWorld> {
  private let filling: SlateFilling<World>
  private let exploration: Float
  private let runner: PolicyRunner
  private let valueCount: Int

  init(_ world: World, _ policy: Policy, exploration: Float) {
    filling = SlateFilling(world)
    self.exploration = exploration
    runner = PolicyRunner(policy, maximumBatch: 1)
    valueCount = policy.shape.valueCount
  }

  /// A slate, each item with its value where it stands and the probability that it was put there.
  ///
  /// - Parameter count: how many of the candidates are there; the places behind them stay off the slate.
  func fill(
    for visitor: World.State, of count: Int, stream: inout RandomStream
  ) -> [(decision: BanditDecision, value: Double)] {
    let layout = filling.world.slateLayout
    var state = SlateFilling<World>.State(
      world: visitor, slate: [Int32](repeating: 0, count: layout.positions))
    var left = Array(0..<count)
    var row = [Float](repeating: 0, count: filling.observationLayout.size)
    return (0..<layout.positions).map { position in
      var span = row.mutableSpan
      filling.observe(state, into: &span)
      // Places that nothing is in are masked as those are that stand on the slate.
      if let mask = filling.observationLayout.mask {
        for place in count..<layout.candidates { row[mask.lowerBound + place] = 0 }
      }
      let observation = Matrix(rows: 1, columns: row.count, row)
      let values = Matrix(rows: 1, columns: valueCount)
      var best: [Int32] = [0]
      runner.act(observations: observation.view, into: &best)
      runner.qValues(observations: observation.view, into: values.view)
      var chosen = Int(best[0])
      if stream.uniform() < exploration { chosen = left[stream.integer(below: left.count)] }
      let any = exploration / Float(left.count)
      left.removeAll { $0 == chosen }
      state.slate[position] = Int32(chosen)
      state.filled = position + 1
      let propensity = chosen == Int(best[0]) ? 1 - exploration + any : any
      return (BanditDecision(arm: chosen, propensity: propensity), Double(values[0, chosen]))
    }
  }
}
