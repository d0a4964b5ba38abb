import Applications
import Auctions
import Documents
import Environments
import Foundation
import Learning
import LinearAlgebra
import Testing

@Suite struct AuctionDecisionTests {
  /// An episode played, and its console fed to `decision` auction after auction: the bids are those that were played.
  @Test(arguments: [
    "", "creatives: {names: [a, b, c], segments: 3, spread: 0.5}",
    "frequency: {visitors: 20, cap: 1}\nbids: [0, 1, 3]", "pricing: first-price",
  ])
  func decidesWhatThePolicyPlays(more: String) throws {
    let problem = AuctionProblem(try smallPlacement(more))
    let placement = problem.placement
    let (names, segments) = (placement.creatives.names, placement.creatives.segments)
    var log = placement.later[0..<200]
    log = AuctionLog(
      clicks: log.clicks, prices: log.prices, values: log.values,
      segments: (0..<200).map { Int32($0 % 7 % segments) })
    let environment = problem.environment(playing: log)
    let policy = DoubleDQN(
      environments: VectorEnvironment(count: 1, seed: 1) { environment },
      configuration: DoubleDQNConfiguration(hidden: [8], head: .additive)
    ).policy
    var stream = RandomStream(seed: 4, purpose: .episode)
    var state = environment.makeState(stream: &stream)
    var history = CSVWriter(["rate", "won", "paid", "creative", "click", "segment", "visitor"])
    for auction in 0..<200 {
      var row = [Float](repeating: 0, count: environment.observationLayout.size)
      var span = row.mutableSpan
      environment.observe(state, into: &span)
      let choices = policy.choices(on: [row])[0]
      let actions = choices.map { Int32($0) }
      let shown = names[choices.count > 1 ? choices[1] : 0]
      let (segment, visitor) = ("\(log.segments[auction])", "visitor \(state.visitor)")
      let before = state
      if auction % 23 == 0 {
        var asked = history
        asked.append(["\(log.values[auction])", "", "", "", "", segment, visitor])
        let decided = try decision(problem, policy, asked.text)
        #expect(decided["auction"]?.int == auction && decided["budget_left"]?.int == state.budget)
        let row = try #require(decided["auctions"]?.array?.first)
        // The bid is not told by the simulator, but what it wins is.
        let bid = try #require(row["bid"]?.int)
        #expect(row["creative"]?.string == shown)
        var next = state
        _ = environment.step(&next, action: actions.span, stream: &stream)
        let price = Int(log.prices[auction])
        #expect((next.impressions > state.impressions) == (bid > 0 && bid >= price))
        if next.impressions > state.impressions, placement.pricing == .firstPrice {
          #expect(state.budget - next.budget == bid)
        }
      }
      _ = environment.step(&state, action: actions.span, stream: &stream)
      let isWon = state.impressions > before.impressions
      history.append([
        "\(log.values[auction])", isWon ? "1" : "0", isWon ? "\(before.budget - state.budget)" : "", shown,
        state.clicks > before.clicks ? "1" : "", segment, visitor,
      ])
    }
    #expect(try decision(problem, policy, history.text)["auction"]?.int == -1)
  }

  /// Before the first auction typical ones are decided on, and what is dearer is worth a higher bid.
  @Test func decidesOnTypicalAuctions() throws {
    let problem = AuctionProblem(try smallPlacement())
    let policy = DoubleDQN(
      environments: VectorEnvironment(count: 1, seed: 1) {
        problem.environment(playing: problem.placement.later)
      },
      configuration: DoubleDQNConfiguration(hidden: [8], head: .additive)
    ).policy
    let decided = try problem.decision(of: policy, on: DecisionRequest()).json
    let bids = try #require(decided["auctions"]?.array).compactMap { $0["bid"]?.int }
    #expect(bids.count == 4 && bids == bids.sorted() && bids[3] > bids[0])
  }

  @Test func mistakesAreNamed() throws {
    let problem = AuctionProblem(try smallPlacement("creatives: {names: [a, b], segments: 2}"))
    let policy = DoubleDQN(
      environments: VectorEnvironment(count: 1, seed: 1) {
        problem.environment(playing: problem.placement.later)
      },
      configuration: DoubleDQNConfiguration(hidden: [8], head: .additive)
    ).policy
    for (text, words) in [
      ("rate,won,paid,creative,click\n", "segment: is no column"),
      ("rate,won,paid,creative,click,segment\n2,1,5,a,,0\n", ":2: rate: is 2.0"),
      ("rate,won,paid,creative,click,segment\n0.1,1,5,c,,0\n", ":2: creative: is 'c'"),
      ("rate,won,paid,creative,click,segment\n0.1,1,,a,,0\n", ":2: paid: is empty"),
      (
        "rate,won,paid,creative,click,segment\n0.1,,,,,0\n0.1,1,5,a,,0\n", ":3: won: follows auctions at hand"
      ),
      ("rate,won,paid,creative,click,segment\n0.1,1,5,a,,2\n", ":2: segment: is 2"),
      ("rate,won,paid,creative,click,segment\n0.1,0,,,1,0\n", ":2: click: is 1, but the auction was lost"),
    ] {
      do {
        _ = try decision(problem, policy, text)
        Issue.record("'\(text)' is read")
      } catch let error as InputError { #expect(error.description.contains(words), "\(error)") }
    }
    var request = DecisionRequest()
    request.budget = 1e6
    #expect(throws: InputError.self) { try problem.decision(of: policy, on: request) }
    request = DecisionRequest()
    request.segment = "men"
    #expect(throws: InputError.self) { try problem.decision(of: policy, on: request) }
  }

  private func decision(_ problem: AuctionProblem, _ policy: Policy, _ table: String) throws -> JSONValue {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).csv").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try AtomicFile.write(table, to: path)
    var request = DecisionRequest()
    request.history = path
    return try problem.decision(of: policy, on: request).json
  }
}
