import Budgets
import Documents
import Foundation
import Learning
import PolicyFormats
import Reports
import Runs
import Testing

@Suite struct WeaklyCoupledRunTests {
  /// Two seeds of a training of two passes on nine channels.
  private static let folder = Result { () throws -> RunFolder in
    let path = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID())").path()
    let overrides = [
      "steps=3000", "lanes=32", "seed=5", "seeds=2", "evaluations=2", "validation_episodes=16",
      "agent.rows=console", "agent.optimism=0", "agent.information=0", "agent.search_generations=0",
      "agent.hidden=[16]", "agent.updates_per_pass=4",
      "agent.batch_states=16", "agent.calibration_episodes=16",
    ]
    _ = try decide(
      TrainingRequest(problem: "nine-campaigns", algorithm: "weakly-coupled", overrides: overrides)
    ).train(from: nil, folder: path, style: .silent, stop: nil)
    return try RunFolder(opening: path)
  }

  @Test func everySeedLeavesAWholeRun() throws {
    let folder = try Self.folder.get()
    for seed: UInt64 in [5, 6] {
      let own = try RunFolder(opening: folder.seed(seed).path)
      let policy = try own.readPolicy()
      #expect(policy.trainingSeed == seed && policy.network == nil)
      #expect(policy.metadata["channel_rows"] == "console" && policy.metadata["market"] == "nine-campaigns")
      // Passes are whole: 32 lanes of 48 ticks.
      for step in [1536, 3072] {
        #expect(try TrainedPolicy(contentsOf: own.checkpoint(step: step)).trainingSteps == step)
      }
      let metrics = try CSVTable(contentsOf: own.metrics)
      let losses = try #require(metrics.column("train/loss"))
      #expect(metrics.rowCount == 2 && (metrics.number(row: 1, column: losses) ?? .nan) > 0)
    }
    #expect(try folder.readPolicy() == RunFolder(opening: folder.seed(5).path).readPolicy())
  }

  @Test func oneTrainingPlaysEveryBudget() throws {
    let folder = try Self.folder.get()
    let results = try ["30", "90", "360"].map {
      try evaluate(run: folder, overrides: ["budget=\($0)"], episodes: 32, seed: 3)
    }
    #expect(results.allSatisfy { $0.violations == 0 && ($0.policy.budgetUsed ?? 0) > 0.5 })
    let means = results.map(\.policy.summary.mean)
    #expect(means[0] < means[1] && means[1] < means[2])
  }

  /// Without optimism the level played is the best at the price of money, so its last unit of money brings at least that
  /// price and the next at most.
  @Test func anExplanationSaysWhatMoneyIsWorth() throws {
    let document = try explain(run: try Self.folder.get(), step: 2, episodes: 4, seed: 1)
    let price = try #require(document.json["money_price"]?.double)
    let channels = try #require(document.json["channels"]?.array)
    #expect(price > 0 && channels.count == 9)
    var marginal = 0
    for channel in channels {
      if let last = channel["last_brings"]?.double {
        #expect(last >= price * 0.999)
        marginal += 1
      }
      if let next = channel["next_brings"]?.double {
        #expect(next <= price * 1.001)
        marginal += 1
      }
      #expect(channel["simulated"]?.array?.count == channel["levels"]?.array?.count)
    }
    #expect(marginal >= 9)
    #expect(document.text.contains("one more CNY is worth"))
  }

  @Test func aReportIsMadeOfIt() throws {
    let folder = try RunFolder(opening: try Self.folder.get().seed(6).path)
    let evaluation = try evaluate(run: folder, episodes: 16, seed: 0)
    try AtomicFile.write(evaluation.json.text(), to: folder.evaluation)
    let explanation = try explain(run: folder, step: 0, episodes: 2, seed: 0)
    try AtomicFile.write(explanation.json.text(), to: folder.explanation)
    let html = try RunReport([folder]).html
    #expect(html.contains("Where the money goes") && html.contains("would bring"))
  }

  /// Without updates, and without a search that may drop corrections, the weights are those that training went on from, in another
  /// market too, and the sizes are the policy's.
  @Test func trainingGoesOnFromAPolicy() throws {
    let folder = try Self.folder.get()
    let first = try TrainedPolicy(runOrFile: folder.path)
    var market = try Market.bundled("nine-campaigns")
    market.budget *= 0.7
    let file = FileManager.default.temporaryDirectory.appending(path: "market-\(UUID()).yaml").path()
    try AtomicFile.write(market.yaml, to: file)
    let overrides = [
      "steps=1536", "lanes=32", "seed=9", "evaluations=1", "validation_episodes=0",
      "agent.updates_per_pass=0",
      "agent.calibration_episodes=16", "agent.optimism=0", "agent.search_generations=0",
    ]
    let path = file + "-run"
    _ = try decide(TrainingRequest(problem: file, algorithm: "weakly-coupled", overrides: overrides)).train(
      from: first, folder: path, style: .silent, stop: nil)
    guard case .weaklyCoupled(let before) = first,
      case .weaklyCoupled(let after) = try TrainedPolicy(runOrFile: path)
    else { throw InputError.unfit("it is a network") }
    #expect(after.weights == before.weights && after.shape.hidden == [16])
    #expect(after.metadata["channel_rows"] == "console" && after.metadata["market_digest"] == market.digest)
    #expect(after.trainingSteps == 1536)
  }

  /// Unless told otherwise auctions are learned channel by channel, other markets in pairs with their plan, and a policy is
  /// gone on from as it was learned.
  @Test func whatSuitsAMarketIsChosen() throws {
    func algorithm(_ request: TrainingRequest, from policy: TrainedPolicy? = nil) throws -> String {
      let yaml = try decide(request, from: policy).yaml
      let line = try #require(yaml.split(separator: "\n").first { $0.hasPrefix("algorithm: ") })
      return line.dropFirst(11).prefix { $0 != " " }.filter { $0 != "\"" }
    }
    func asked(_ market: Market) throws -> String {
      let file = FileManager.default.temporaryDirectory.appending(path: "market-\(UUID()).yaml").path()
      try AtomicFile.write(market.yaml, to: file)
      return try algorithm(TrainingRequest(problem: file))
    }
    var market = try Market.bundled("nine-campaigns")
    #expect(try asked(market) == "weakly-coupled")
    market.target = .costPerAction(2)
    #expect(try asked(market) == "paired-double-dqn")
    #expect(try algorithm(TrainingRequest(problem: "retail-weekly")) == "paired-double-dqn")
    let coupled = try TrainedPolicy(runOrFile: try Self.folder.get().path)
    #expect(try algorithm(TrainingRequest(problem: "retail-weekly"), from: coupled) == "weakly-coupled")
    let network = try decide(TrainingRequest(algorithm: "paired-double-dqn")).makeLearner().trained
    #expect(try algorithm(TrainingRequest(), from: network) == "paired-double-dqn")
    // Version 0.1 had one algorithm and did not name it.
    let file = FileManager.default.temporaryDirectory.appending(path: "config-\(UUID()).yaml").path()
    try AtomicFile.write("market: nine-campaigns\nagent: {replay_capacity: 70000}\n", to: file)
    #expect(try algorithm(TrainingRequest(file: file)) == "paired-double-dqn")
  }

  @Test func whatItCannotDoIsSaid() throws {
    let folder = try Self.folder.get()
    #expect(throws: InputError.self) {
      try evaluate(run: folder, on: "CartPole-v1", episodes: 2, seed: 0)
    }
    #expect(throws: InputError.self) { try evaluate(run: folder, on: "Budget-3x4", episodes: 2, seed: 0) }
    let policy = try TrainedPolicy(runOrFile: folder.path)
    #expect(throws: InputError.self) { try policy.network(to: "exported") }
    // A double-DQN goes on from none that is weakly coupled.
    #expect(throws: InputError.self) {
      try decide(TrainingRequest(problem: "nine-campaigns", algorithm: "paired-double-dqn")).train(
        from: policy, folder: folder.path + "-none", style: .silent, stop: nil)
    }
    #expect(throws: InputError.self) {
      try decide(TrainingRequest(problem: "CartPole-v1", algorithm: "weakly-coupled"))
    }
    #expect(throws: InputError.self) {
      try decide(
        TrainingRequest(
          problem: "nine-campaigns", algorithm: "weakly-coupled", overrides: ["agent.rows=everything"]))
    }
  }
}
