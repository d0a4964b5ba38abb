import ApportionC
import Budgets
import CApportion
import CampaignMarket
import Documents
import Foundation
import Learning
import LinearAlgebra
import NeuralNetworks
import PolicyFormats
import Testing

@Suite struct CampaignInterfaceTests {
  /// Two auctions and a response channel.
  static let market = campaignMarket(ticks: 8, adstock: .weibull(shape: 2, scale: 2, length: 4))

  /// A run's folder with a policy of random weights, gone when the test ends.
  private func withRun(_ body: (_ run: String, _ model: CampaignModel) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "c-\(UUID())").path()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let environment = BudgetAllocation(market: Self.market)
    let shape = NetworkShape(
      layout: environment.observationLayout, hidden: [16],
      branchSizes: environment.actionSpace.branchSizes, aggregation: .branching)
    var stream = RandomStream(seed: 3, purpose: .test)
    let policy = Policy(
      shape: shape, weights: (0..<shape.parameterCount).map { _ in 0.3 * Float(stream.normal()) },
      normalizer: ObservationNormalizer(identity: shape.observationSize), metadata: environment.metadata)
    try policy.write(to: folder + "/policy.safetensors")
    try AtomicFile.write(Self.market.yaml, to: folder + "/market.yaml")
    try AtomicFile.write("market: market.yaml\n", to: folder + "/config.yaml")
    try body(folder, try CampaignModel(market: Self.market, policy: policy))
  }

  /// A campaign opened by the C interface, and the last error.
  private final class Opened {
    let campaign: OpaquePointer
    var error = [CChar](repeating: 0, count: Int(APPORTION_ERROR_SIZE))
    var bids = [apportion_channel_decision](repeating: .init(), count: 3)
    var decision = apportion_decision()

    init(_ run: String, budget: Double = 0) throws {
      var error = [CChar](repeating: 0, count: 200)
      let opened = apportion_campaign_open(run, budget, &error, error.count)
      campaign = try #require(opened, "\(text(of: error))")
    }

    deinit { apportion_campaign_close(campaign) }

    func decide() -> apportion_status {
      apportion_campaign_decide(campaign, &decision, &bids, bids.count, &error, error.count)
    }

    func observe(_ shown: [TickResults.Channel], tick: Int) -> apportion_status {
      let results = shown.map {
        apportion_channel_results(
          bid: $0.bid, wins: $0.wins, spend: $0.spend, clicks: $0.clicks, conversions: $0.conversions)
      }
      return apportion_campaign_observe(
        campaign, Int64(tick), results, results.count, &error, error.count)
    }

    func save() -> [UInt8] {
      var count = 0
      _ = apportion_campaign_save(campaign, nil, 0, &count, nil, 0)
      var bytes = [UInt8](repeating: 0, count: count)
      let status = apportion_campaign_save(campaign, &bytes, bytes.count, &count, nil, 0)
      #expect(status == 0 && count == bytes.count)
      return bytes
    }

    func load(_ bytes: [UInt8]) -> apportion_status {
      apportion_campaign_load(campaign, bytes, bytes.count, &error, error.count)
    }
  }

  /// Simulated episodes through the C interface and through the library: the same decisions, bit for bit, with a save and a
  /// load in the midst of each.
  @Test func decidesAsTheLibraryDoes() throws {
    try withRun { run, model in
      let lanes = 6
      let simulation = MarketSimulation(market: Self.market, lanes: 0..<lanes, seed: 5)
      let opened = try (0..<lanes).map { _ in try Opened(run) }
      var campaigns = [Campaign](repeating: try Campaign(model), count: lanes)
      #expect(apportion_campaign_tick_count(opened[0].campaign) == 8)
      #expect((0..<3).map { apportion_campaign_has_auctions(opened[0].campaign, $0) } == [1, 1, 0])
      #expect(
        (0..<3).map { apportion_campaign_channel_name(opened[0].campaign, $0).map { String(cString: $0) } }
          == ["search", "social", "radio"])
      simulation.startEpisode()
      for tick in 0..<8 {
        var levels: [Int32] = []
        for lane in 0..<lanes {
          let (open, decided) = (opened[lane], try #require(campaigns[lane].decide()))
          #expect(open.decide() == 0 && open.decision.tick == tick)
          #expect(open.decision.budget_left == decided.budgetLeft)
          #expect(open.decision.money_price == decided.moneyPrice)
          #expect((open.decision.flags & 4 != 0) == decided.flags.contains(.limitedByMoney))
          for (bid, channel) in zip(open.bids, decided.channels) {
            #expect(bid.level == Int64(channel.level) && bid.bid == channel.bid)
            #expect(bid.spend_limit == channel.spendLimit && bid.expected_spend == channel.expectedSpend)
            #expect(bid.expected_outcome == channel.expectedOutcome)
          }
          levels += decided.channels.map { Int32($0.level) }
        }
        simulation.play(levels: levels.span)
        for lane in 0..<lanes {
          let results = simulation.results(lane: lane)
          try campaigns[lane].observe(results)
          #expect(opened[lane].observe(results.channels, tick: tick) == 0)
          if lane == tick { #expect(opened[lane].load(opened[lane].save()) == 0) }
        }
      }
      for open in opened { #expect(open.decide() == 0 && open.decision.tick == -1) }
    }
  }

  @Test func refusesWhatMakesNoSenseAndStaysAsItWas() throws {
    try withRun { run, _ in
      let open = try Opened(run)
      let blank = [TickResults.Channel](repeating: .init(bid: 0), count: 3)
      let before = open.save()
      func refuses(_ status: apportion_status, _ expected: Int, _ words: String) {
        #expect(status == apportion_status(expected))
        #expect(text(of: open.error).contains(words), "\(text(of: open.error))")
        #expect(open.save() == before)
      }
      func shown(_ edit: (inout TickResults.Channel) -> Void) -> [TickResults.Channel] {
        var changed = blank
        edit(&changed[0])
        return changed
      }
      refuses(open.observe(Array(blank.dropLast()), tick: 0), APPORTION_INVALID, "holds 2 of 3")
      refuses(open.observe(blank, tick: 1), APPORTION_OUT_OF_TURN, "where 0 is due")
      refuses(open.observe(blank, tick: .min), APPORTION_OUT_OF_TURN, "tick")
      refuses(open.observe(shown { $0.wins = .nan }, tick: 0), APPORTION_INVALID, "wins of 'search'")
      refuses(open.observe(shown { $0.spend = -1 }, tick: 0), APPORTION_INVALID, "spend of 'search'")
      refuses(open.observe(shown { $0.clicks = 2 }, tick: 0), APPORTION_INVALID, "clicks of 'search'")
      let (campaign, size) = (open.campaign, open.error.count)
      refuses(
        apportion_campaign_observe(campaign, 0, nil, 3, &open.error, size), APPORTION_INVALID, "NULL")
      refuses(
        apportion_campaign_decide(campaign, nil, &open.bids, 3, &open.error, size), APPORTION_INVALID,
        "decision: is NULL")
      refuses(
        apportion_campaign_decide(campaign, &open.decision, &open.bids, 4, &open.error, size),
        APPORTION_INVALID, "holds 4 of 3")
      for budget in [0, -1, .nan, .infinity, 1e300] {
        refuses(
          apportion_campaign_set_budget(campaign, budget, &open.error, size), APPORTION_INVALID, "budget")
      }
      refuses(
        apportion_campaign_set_paused(campaign, [1], 1, &open.error, size), APPORTION_INVALID, "1 of 3")
      refuses(
        apportion_campaign_extend(campaign, [.nan], 1, &open.error, size), APPORTION_INVALID, "traffic")
      refuses(
        apportion_campaign_extend(campaign, [1], 0, &open.error, size), APPORTION_INVALID, "holds 0")
      var damaged = before
      damaged[damaged.count / 2] ^= 1
      refuses(open.load(damaged), APPORTION_UNFIT, "damaged")
      refuses(open.load(Array(before.dropLast())), APPORTION_UNFIT, "damaged")
      refuses(open.load([1, 2, 3]), APPORTION_UNFIT, "no saved campaign")
      var count = 0
      refuses(
        apportion_campaign_save(campaign, &damaged, 10, &count, &open.error, size), APPORTION_TOO_SMALL,
        "room for 10")
      #expect(count == before.count)
      // Without a place for the sentence, and with one that is too small for it.
      #expect(apportion_campaign_observe(campaign, 9, nil, 3, nil, 0) == apportion_status(APPORTION_INVALID))
      _ = apportion_campaign_set_budget(campaign, -1, &open.error, 4)
      #expect(text(of: open.error) == "bud")
      #expect(apportion_campaign_decide(nil, &open.decision, &open.bids, 3, nil, 0) == 1)
      #expect(apportion_campaign_channel_count(nil) == 0 && apportion_campaign_tick_count(nil) == 0)
      #expect(apportion_campaign_channel_name(campaign, 3) == nil)
      #expect(apportion_campaign_channel_name(campaign, .max) == nil)
      apportion_campaign_close(nil)
      #expect(apportion_campaign_open(nil, 0, nil, 0) == nil)
      #expect(apportion_campaign_open(run, -1, &open.error, size) == nil)
      #expect(text(of: open.error).contains("budget"))
      #expect(apportion_campaign_open(run + "/none", 0, &open.error, size) == nil)
      #expect(text(of: open.error).contains("none"))
    }
  }

  /// Whatever the numbers, a call ends in a status: 2,000 ticks of results drawn from all magnitudes, with budgets, pauses and
  /// extensions between them.
  @Test func takesAnyNumbers() throws {
    try withRun { run, _ in
      var stream = RandomStream(seed: 11, purpose: .test)
      let numbers: [Double] = [
        0, 1, 0.5, 3, 1e-300, 1e-9, 1e3, 1e6, 1e9, 1e12, 1e15, -1, .nan, .infinity, .greatestFiniteMagnitude,
      ]
      func number(_ most: Int) -> Double { numbers[Int(stream.uniform() * Float(most))] }
      var statuses: Set<apportion_status> = []
      var open = try Opened(run)
      for round in 0..<2000 {
        let most = stream.uniform() < 0.8 ? 10 : numbers.count
        if open.decide() == 0, open.decision.tick < 0 { open = try Opened(run, budget: 1e8) }
        let shown = (0..<3).map { index in
          let wins = index == 2 ? 0 : number(most)
          let clicks = min(wins, index == 2 ? 0 : number(most))
          return TickResults.Channel(
            bid: number(most), wins: wins, spend: wins == 0 && index < 2 ? 0 : number(most), clicks: clicks,
            conversions: index == 2 ? number(most) : min(clicks, number(most)))
        }
        statuses.insert(open.observe(shown, tick: Int(open.decision.tick)))
        if round % 7 == 0 {
          statuses.insert(apportion_campaign_set_budget(open.campaign, number(15), nil, 0))
        }
        if round % 11 == 0 {
          let paused = (0..<3).map { _ in UInt8(stream.uniform() * 2) }
          statuses.insert(apportion_campaign_set_paused(open.campaign, paused, 3, nil, 0))
        }
        if round % 97 == 0 {
          statuses.insert(apportion_campaign_extend(open.campaign, [number(10), number(15)], 2, nil, 0))
        }
      }
      #expect(statuses == [0, 1])
    }
  }

  /// The example is compiled as strictly as C compiles, linked with the library that others load, and run: the library
  /// decides alike on the history that it prints, bit for bit.
  @Test func theExampleRunsADay() throws {
    try withRun { run, model in
      let products = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .path()
      let source = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../Sources/ApportionC"
      ).standardized.path()
      func start(_ tool: String, _ arguments: [String]) throws -> String {
        let output = run + "/output"
        try AtomicFile.write([], to: output)
        let process = Process()
        process.executableURL = URL(filePath: tool)
        process.arguments = arguments
        process.standardOutput = FileHandle(forWritingAtPath: output)
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: try AtomicFile.read(output), as: UTF8.self)
      }
      _ = try start(
        "/usr/bin/cc",
        [
          "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "\(source)/example/day.c",
          "-I\(source)/include", "-L\(products)", "-lApportionC", "-Wl,-rpath,\(products)", "-lm", "-o",
          run + "/day",
        ])
      let history = try start(run + "/day", [run])
      let table = try CSVTable(contentsOf: run + "/output")
      #expect(table.rowCount == 8 * 3, "\(history)")
      let (levels, bids) = (try #require(table.column("level")), try #require(table.column("bid")))
      var campaign = try Campaign(model)
      for tick in try CampaignHistory(table, market: Self.market).ticks {
        let decision = try #require(campaign.decide())
        for (index, channel) in decision.channels.enumerated() {
          let row = 3 * tick.tick + index
          #expect(try table.requireNumber(row: row, column: levels) == Double(channel.level))
          #expect(try table.requireNumber(row: row, column: bids) == channel.bid)
        }
        try campaign.observe(tick)
      }
      #expect(campaign.isOver)
    }
  }
}

/// The text of a C string.
private func text(of characters: [CChar]) -> String {
  String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
