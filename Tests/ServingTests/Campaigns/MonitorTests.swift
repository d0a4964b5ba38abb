#if Serving
  import Budgets
  import Documents
  import Foundation
  import Serving
  import Testing

  #if canImport(FoundationNetworking)
    import FoundationNetworking
  #endif

  @Suite struct MonitorTests {
    private func text(_ client: Client, _ path: String) async throws -> String {
      let url = try #require(URL(string: "http://127.0.0.1:\(client.port)/\(path)"))
      return String(decoding: try await URLSession.shared.data(from: url).0, as: UTF8.self)
    }

    /// The page, the metrics and the offline report of a running server's file say the same.
    @Test func watchesARunningServer() async throws {
      let (state, folder) = (temporaryPath("state"), temporaryPath("campaigns"))
      defer { for path in [state, folder] { try? FileManager.default.removeItem(atPath: path) } }
      try await withCampaigns(state, policy: campaignPolicy(campaignMarket, seed: 4), repository: folder) {
        client, _ in
        var answer = try await client.call(CampaignCall(id: "<b>\"1\"", start: true))
        for _ in 0..<3 {
          answer = try await client.call(CampaignCall(id: "<b>\"1\"", results: try answer.results()))
        }
        #expect(answer.status == 200)
        let page = try await text(client, "campaigns")
        #expect(page.contains("tick 3 of 6") && page.contains("search") && page.contains("<svg"))
        #expect(page.contains("plan: ") && !page.contains("SQL"))
        #expect(!page.contains("<b>") && page.contains("&lt;b&gt;"))
        let metrics = try await text(client, "metrics")
        #expect(metrics.contains("apportion_campaign_requests_total 4"))
        let gauge = try #require(
          metrics.split(separator: "\n").first { $0.hasPrefix("apportion_campaign_tick{") })
        #expect(gauge.contains("model=\"m\"") && gauge.hasSuffix(" 3.0"))

        let report = try MonitorReport(state: state, repository: folder)
        let campaign = try #require(report.json["campaigns"]?.array?.first)
        #expect(campaign["tick"]?.int == 3 && campaign["spend_band"]?.array?.count == 3)
        let spend = try answer.numbers("spend").reduce(0, +)
        #expect(abs((campaign["spend"]?.double ?? 0) - spend) < 1e-9)
        #expect(report.rows.count == 1 && report.html == page)
      }
      #expect(throws: InputError.self) { try MonitorReport(state: state + "none", repository: folder) }
      #expect(throws: InputError.self) { try CampaignJournal(state + "none") }
      try Data("no database at all, but some text".utf8).write(to: URL(filePath: state + "text"))
      defer { try? FileManager.default.removeItem(atPath: state + "text") }
      #expect(throws: InputError.self) { try MonitorReport(state: state + "text", repository: folder) }
    }

    /// A file knows the market that its campaigns ran in, which is then described anew from what they showed.
    @Test func aFileIsAJournalToCalibrateFrom() async throws {
      let state = temporaryPath("state")
      defer { try? FileManager.default.removeItem(atPath: state) }
      func refusal(_ market: Market? = nil) -> String {
        let error = #expect(throws: InputError.self) { try CampaignJournal(state, market: market) }
        return error?.description ?? ""
      }
      try await withCampaigns(state, policy: campaignPolicy(campaignMarket, seed: 4)) { client, _ in
        #expect(refusal().contains("holds no campaign; name the file"))
        for id in 1...3 {
          var answer = try await client.call(CampaignCall(id: JSONValue(id), start: true))
          for _ in 0..<(2 * id) {
            answer = try await client.call(CampaignCall(id: JSONValue(id), results: try answer.results()))
          }
          #expect(answer.status == 200)
        }
        var other = campaignMarket
        other.name = "another"
        #expect(refusal(other).contains("no campaign of the market 'another'; its campaigns are of m;"))
        let journal = try CampaignJournal(state)
        #expect(journal.market == campaignMarket && journal.campaigns.map(\.ticks.count) == [2, 4, 6])
        let calibration = try JournalCalibration(journal.campaigns, market: journal.market)
        #expect(calibration.ticks == 12 && calibration.market != campaignMarket)
        try calibration.market.validate()
      }
    }
  }
#endif
