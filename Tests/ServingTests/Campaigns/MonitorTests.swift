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
      #expect(throws: FileError.self) { try MonitorReport(state: state + "none", repository: folder) }
      try Data("no database at all, but some text".utf8).write(to: URL(filePath: state + "text"))
      defer { try? FileManager.default.removeItem(atPath: state + "text") }
      #expect(throws: CampaignFileError.self) { try MonitorReport(state: state + "text", repository: folder) }
    }
  }
#endif
