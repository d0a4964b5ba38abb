#if Serving
  import Budgets
  import Documents
  import Foundation
  import Learning
  import PolicyFormats
  import Serving
  import Testing

  @Suite struct CampaignServerTests {
    /// Simulated episodes through the server, decided on as the evaluation's strategy decides.
    @Test(arguments: [ObservationKind.planner, .advertiser])
    func decidesAsTheEvaluationDoes(kind: ObservationKind) async throws {
      let policy = campaignPolicy(campaignMarket, observation: kind, seed: 5)
      try await withCampaigns(nil, policy: policy) { client, _ in
        let lanes = 8
        let simulation = MarketSimulation(market: campaignMarket, lanes: 0..<lanes, seed: 11)
        let strategy = PolicyStrategy(
          policy: policy, environment: try BudgetAllocation(market: campaignMarket, seenBy: policy))
        var levels = [Int32](repeating: 0, count: 3 * lanes)
        simulation.startEpisode()
        strategy.startEpisode(simulation.console)
        var calls = (0..<lanes).map { CampaignCall(id: JSONValue($0 + 1), start: true) }
        for tick in 0..<campaignMarket.ticks {
          strategy.choose(simulation.console, levels: &levels)
          for lane in 0..<lanes {
            let answer = try await client.call(calls[lane])
            #expect(answer.status == 200)
            #expect(try answer.tick == tick)
            #expect(try answer.levels == levels[3 * lane..<3 * lane + 3].map { Int($0) })
          }
          simulation.play(levels: levels)
          strategy.observe(simulation.console)
          for lane in 0..<lanes {
            calls[lane] = CampaignCall(
              id: JSONValue(lane + 1), end: tick == 5, results: simulation.results(lane: lane))
          }
        }
        for lane in 0..<lanes {
          let last = try await client.call(calls[lane])
          #expect(try last.tick == -1)
          let left = try #require(try last.numbers("budget_left").first)
          #expect(abs(left - Double(simulation.remaining[lane])) < 1e-5)
        }
      }
    }

    /// Clients that do not know whether a request arrived send it again.
    @Test func answersRepeatedRequestsAlike() async throws {
      try await withCampaigns(nil, policy: campaignPolicy(campaignMarket, seed: 1)) { client, _ in
        let start = CampaignCall(start: true, budget: 10.3)
        let first = try await client.call(start)
        #expect(first.status == 200)
        #expect(try await client.call(start) == first)
        var call = CampaignCall(results: try first.results())
        let second = try await client.call(call)
        #expect(try second.tick == 1)
        #expect(try await client.call(call) == second)
        // A start after results is another one.
        #expect(try await client.call(start).status == 409)
        call = CampaignCall(end: true, results: try second.results())
        let ended = try await client.call(call)
        #expect(ended.status == 200)
        #expect(try await client.call(call) == ended)
        call.results?.channels[0].wins += 1
        #expect(try await client.call(call).status == 404)
        #expect(try await client.call(CampaignCall()).status == 404)
        // Once it has ended, its name is free.
        #expect(try await client.call(start) == first)
      }
    }

    @Test func refusesWhatDoesNotFollow() async throws {
      try await withCampaigns(nil, policy: campaignPolicy(campaignMarket, seed: 1)) { client, _ in
        #expect(try await client.call(CampaignCall()).status == 404)
        let first = try await client.call(CampaignCall(start: true))
        var results = try first.results()
        results.tick = 1
        #expect(try await client.call(CampaignCall(results: results)).status == 409)
        results.tick = -1
        #expect(try await client.call(CampaignCall(results: results)).status == 409)
        #expect(try await client.call(CampaignCall(start: true, budget: 3)).status == 409)
        #expect(try await client.call(CampaignCall(id: "b", start: true, results: results)).status == 400)
        #expect(try await client.call(CampaignCall(id: "b", start: true, budget: -1)).status == 400)
        for id: JSONValue in [0, "", -1, 1.5, true, .null, []] {
          #expect(try await client.call(CampaignCall(id: id, start: true)).status == 400, "\(id)")
        }
        // The number and the text are different campaigns.
        #expect(try await client.call(CampaignCall(id: 7, start: true, budget: 1)).status == 200)
        #expect(try await client.call(CampaignCall(id: "7", start: true, budget: 2)).status == 200)
        let (status, list) = try await client.get("models/m/sequences")
        #expect(status == 200)
        #expect(list["sequences"]?.array?.compactMap { $0["id"] } == ["a", 7, "7"])
        #expect(list["sequences"]?.array?.compactMap { $0["budget"]?.double } == [12, 1, 2])
        #expect(try await client.call(CampaignCall()) == first)
      }
    }

    @Test func takesLateCorrectionsBudgetsAndPauses() async throws {
      try await withCampaigns(nil, policy: campaignPolicy(campaignMarket, seed: 1)) { client, _ in
        let first = try await client.call(CampaignCall(start: true))
        let played = try first.results()
        let second = try await client.call(CampaignCall(results: played))
        let third = try await client.call(CampaignCall(results: try second.results()))
        #expect(try third.tick == 2)
        var corrected = played
        corrected.channels[0].wins += 20
        corrected.channels[0].spend += 0.125
        let late = try await client.call(CampaignCall(results: corrected))
        #expect(try late.tick == 2)
        #expect(try late.numbers("budget_left")[0] == (try third.numbers("budget_left")[0]) - 0.125)
        #expect(try await client.call(CampaignCall(results: corrected)) == late)
        // As if the corrected results had come at once.
        _ = try await client.call(CampaignCall(id: "b", start: true))
        _ = try await client.call(CampaignCall(id: "b", results: corrected))
        let atOnce = try await client.call(CampaignCall(id: "b", results: try second.results()))
        #expect(atOnce == late)
        let paused = try await client.call(CampaignCall(budget: 5, mask: [true, false, true]))
        #expect(try paused.tick == 2 && paused.flags.contains("paused"))
        #expect(try paused.numbers("bid")[1] == 0)
        let spent = try paused.numbers("spend").reduce(0, +)
        #expect(abs(try paused.numbers("budget_left")[0] - (5 - spent)) < 1e-9)
        let resumed = try await client.call(CampaignCall(mask: [true, true, true]))
        #expect(resumed.flags == "" || !resumed.flags.contains("paused"))
      }
    }

    @Test func describesItself() async throws {
      try await withCampaigns(nil, policy: campaignPolicy(campaignMarket, seed: 1)) { client, _ in
        let (status, metadata) = try await client.get("models/m.campaign")
        #expect(status == 200)
        #expect(metadata["inputs"]?.array?.compactMap { $0["name"]?.string }.first == "tick")
        #expect(metadata["channels"] == ["search", "social", "radio"])
        #expect(try await client.get("models/m.campaign/config").1["sequence_batching"] != nil)
        #expect(try await client.get("models/m.campaign/ready").0 == 200)
        #expect(try await client.get("").1["extensions"]?.array?.contains("sequence") == true)
        #expect(try await client.get("models/none.campaign").0 == 404)
        #expect(try await client.get("models/none/sequences").0 == 404)
      }
    }
  }
#endif
