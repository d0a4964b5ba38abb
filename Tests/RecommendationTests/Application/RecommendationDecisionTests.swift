import Applications
import Documents
import Environments
import Foundation
import Learning
import LinearAlgebra
import Testing

import Recommendation

struct RecommendationDecisionTests {
  /// Visits to a feed played at random, and what was seen of them read back: the rows are the same, bit for bit.
  @Test func aFeedSeesWhatTheSimulatorShows() throws {
    guard case .feed(let world) = try RecommendationProblem(bundled: "news-feed").world else {
      Issue.record("the feed is none")
      return
    }
    let columns = world.slateLayout.itemColumns
    let topics = world.topics.count
    for lane in 0..<4 {
      var stream = RandomStream(seed: 2, purpose: .episode, lane: lane)
      var state = world.makeState(stream: &stream)
      var history = CSVWriter(["slate", "topic", "clicked"])
      for slate in 0..<12 {
        let seen = row(world, state)
        let segment = try #require(world.segments.indices.first { seen[$0] == 1 })
        func topic(_ item: Int) -> Int {
          let first = world.slateLayout.column(of: item)
          return (0..<topics).first { seen[first + $0] == 1 } ?? -1
        }
        var candidates = CSVWriter(["item", "topic", "quality"])
        for item in 0..<world.candidates {
          let first = world.slateLayout.column(of: item)
          let isNew = seen[first + topics + 1] == 1
          candidates.append(["\(item)", world.topics[topic(item)], isNew ? "" : "\(seen[first + topics])"])
        }
        let told = try world.visitor(
          ToldVisitor(
            history: CSVTable(bytes: Array(history.text.utf8), path: "history.csv"),
            candidates: CSVTable(bytes: Array(candidates.text.utf8), path: "candidates.csv"),
            segment: world.segments[segment].name))
        let read = row(world, told.state)
        #expect(
          zip(read, seen).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) } && columns == topics + 4)
        let action = (0..<world.positions).map { Int32(($0 + slate * 3) % world.candidates) }
        let outcome = world.step(&state, action: action.span, stream: &stream)
        // A cascade ends at its click, which the row after it tells the topic of.
        let clicked = (0..<topics).filter { topic in
          row(world, state)[world.segments.count + topic]
            > world.memory * seen[world.segments.count + topic] + 0.5
        }
        #expect(clicked.count == Int(outcome.reward))
        var isTold = false
        for item in action.map(Int.init) {
          let isClicked = !isTold && clicked.contains(topic(item))
          if isClicked { isTold = true }
          history.append(["\(slate)", world.topics[topic(item)], isClicked ? "1" : "0"])
        }
      }
    }
  }

  private func row(_ world: some SlateWorld, _ state: some Any) -> [Float] {
    func write<World: SlateWorld>(_ world: World) -> [Float] {
      var row = [Float](repeating: 0, count: world.slateLayout.observationSize)
      var span = row.mutableSpan
      if let state = state as? World.State { world.observe(state, into: &span) }
      return row
    }
    return write(world)
  }

  private static func policy(_ problem: RecommendationProblem) throws -> Policy {
    let algorithm = try #require(problem.algorithms.first { $0.name == "slateq" })
    let learner = try algorithm.agent.learner(
      of: problem.environment(.init()), seat: LearnerSeat(lanes: 8, seed: 1, steps: 100, threads: 1),
      from: nil
    )
    return try #require(learner.trained.network)
  }

  /// Items on a slate differ, places without a candidate are never filled, and propensities are the shares of draws.
  @Test func slatesAreDrawnAsTheySay() throws {
    let problem = try RecommendationProblem(bundled: "long-term-satisfaction")
    let policy = try Self.policy(problem)
    try withFile(
      "[{\"item\": \"a\", \"clickbait\": 0.2}, {\"item\": \"b\", \"clickbait\": 0.7}, {\"item\": \"c\", \"clickbait\": 0.9}]"
    ) { candidates in
      try withFile("clickbait,engagement\n0.5,20\n0.7,90.5\n") { history in
        var request = DecisionRequest()
        (request.candidates, request.history, request.exploration) = (candidates, history, 0.5)
        var (counts, propensities) = ([String: Int](), [String: Double]())
        for seed in 0..<2000 as Range<UInt64> {
          request.seed = seed
          let document = try problem.decision(of: policy, on: request).json
          let items = try #require(document["slate"]?.array).compactMap { $0["item"]?.string }
          #expect(Set(items).count == 2 && Set(items).isSubset(of: ["a", "b", "c"]))
          let key = items.joined(separator: ",")
          counts[key, default: 0] += 1
          propensities[key] = document["propensity"]?.double
        }
        #expect(abs(propensities.values.reduce(0, +) - 1) < 1e-5 && counts.count == 6)
        for (key, propensity) in propensities {
          // 5 standard deviations for six slates: a false alarm in 4e-6 of runs.
          let deviation = (propensity * (1 - propensity) / 2000).squareRoot()
          #expect(abs(Double(counts[key] ?? 0) / 2000 - propensity) < 5 * deviation)
        }
        request.exploration = 0
        #expect(try problem.decision(of: policy, on: request).json["propensity"]?.double == 1)
      }
    }
  }

  /// A record of slates tells each position's probability, and earns what the policy earns where nothing is explored.
  @Test func slatesAreRecorded() throws {
    let problem = try RecommendationProblem(bundled: "news-feed")
    let policy = try Self.policy(problem)
    func table(_ exploration: Float) throws -> CSVTable {
      let text = try problem.record(of: .network(policy), exploration: exploration, episodes: 30, seed: 4)
      return try CSVTable(bytes: Array(text.utf8), path: "record.csv")
    }
    #expect(try table(0).numbers(of: "propensity:2").allSatisfy { $0 == 1 })
    let explored = try table(0.4)
    for position in 0..<3 {
      let any = 0.4 / Double(10 - position)
      for propensity in try explored.numbers(of: "propensity:\(position)") {
        #expect(abs(propensity - any) < 1e-6 || abs(propensity - 0.6 - any) < 1e-6)
      }
    }
    let log = try RecommendationLog(
      explored,
      columns: .init(action: "action:0", reward: "reward", propensity: "propensity:0", context: ["x:*"]))
    #expect(log.count == explored.rowCount && log.armNames.count <= 10)
  }

  /// A shop shows the product that the policy plays for a visitor of these views.
  @Test func aShopShowsWhatThePolicyPlays() throws {
    let problem = try RecommendationProblem(bundled: "shop")
    let policy = try Self.policy(problem)
    guard case .shop(let world) = problem.world else {
      Issue.record("the shop is none")
      return
    }
    var stream = RandomStream(seed: 5, purpose: .episode)
    var state = world.makeState(stream: &stream)
    var views = CSVWriter(["view"])
    for _ in 0..<30 where !state.hasLeft {
      for product in state.viewed { views.append([world.names[product]]) }
      let chosen = policy.choices(on: [row(world, state)])[0][0]
      try withFile(views.text) { history in
        var request = DecisionRequest()
        request.history = history
        let item = try problem.decision(of: policy, on: request).json["slate"]?.array?.first?["item"]?.string
        #expect(item == world.names[chosen])
      }
      let action = [Int32(chosen)]
      _ = world.step(&state, action: action.span, stream: &stream)
    }
  }

  @Test func mistakesAreNamed() throws {
    let feed = try RecommendationProblem(bundled: "news-feed").play
    let shop = try RecommendationProblem(bundled: "shop").play
    func table(_ text: String) throws -> CSVTable { try CSVTable(bytes: Array(text.utf8), path: "table.csv") }
    func expect(_ words: String, _ world: some RecommendationWorld, _ told: ToldVisitor) {
      let error = #expect(throws: InputError.self) { _ = try world.visitor(told) }
      #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
    expect("--segment: is needed", feed, ToldVisitor())
    expect("--candidates: is not needed", shop, ToldVisitor(candidates: try table("item\na\n")))
    expect("table.csv:2: view: is 'boots'", shop, ToldVisitor(history: try table("view\nboots\n")))
  }

  private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).csv").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try AtomicFile.write(text, to: path)
    try body(path)
  }
}
