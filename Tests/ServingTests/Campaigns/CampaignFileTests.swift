#if Serving
  import Budgets
  import Documents
  import Foundation
  import GRDB
  import Learning
  import LinearAlgebra
  import PolicyFormats
  import Serving
  import Testing

  @Suite struct CampaignFileTests {
    /// Runs a test with a file's path that is removed afterwards, with what SQLite keeps beside it.
    private func withFile(_ body: (String) async throws -> Void) async throws {
      let folder = temporaryPath("state")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try await body(folder + "/campaigns.sqlite")
    }

    /// A campaign that goes through three servers decides as one that stays with one.
    @Test func campaignsOutliveTheirServer() async throws {
      let policy = campaignPolicy(campaignMarket, seed: 3)
      try await withFile { file in
        var answer: CampaignAnswer?
        for _ in 0..<3 {
          try await withCampaigns(file, policy: policy) { client, _ in
            if answer == nil { answer = try await client.call(CampaignCall(start: true, budget: 9.99)) }
            for _ in 0..<2 {
              let results = try #require(answer).results()
              answer = try await client.call(CampaignCall(results: results))
              #expect(try #require(answer).status == 200)
            }
          }
        }
        let ended = try #require(answer)
        #expect(try ended.tick == -1)
        try await withCampaigns(nil, policy: policy) { client, _ in
          var stayed = try await client.call(CampaignCall(start: true, budget: 9.99))
          for _ in 0..<6 { stayed = try await client.call(CampaignCall(results: try stayed.results())) }
          #expect(stayed == ended)
        }
      }
    }

    /// A state in a form that this program does not read is found again from the journal.
    @Test func statesOfAnotherFormComeFromTheJournal() async throws {
      let policy = campaignPolicy(campaignMarket, seed: 3)
      try await withFile { file in
        var results: TickResults?
        var first: CampaignAnswer?
        try await withCampaigns(file, policy: policy) { client, _ in
          let started = try await client.call(CampaignCall(start: true, budget: 9.99))
          results = try started.results()
          first = try await client.call(CampaignCall(results: results))
        }
        try await DatabaseQueue(path: file).write { try $0.execute(sql: "UPDATE campaign SET state = '{}'") }
        let error = #expect(throws: InputError.self) {
          let archive = try CampaignArchive(file)
          _ = try archive.json
        }
        #expect(error?.problem == "was written by an earlier version of the program")
        try await withCampaigns(file, policy: policy) { client, _ in
          let again = try await client.call(CampaignCall(results: results))
          #expect(again == first)
        }
      }
    }

    @Test func oneProcessAtATimeUsesAFile() async throws {
      let policy = campaignPolicy(campaignMarket, seed: 3)
      try await withFile { file in
        try await withCampaigns(file, policy: policy) { client, repository in
          _ = try await client.call(CampaignCall(id: "summer \"24", start: true))
          _ = try await client.call(CampaignCall(id: 12, start: true, budget: 3))
          func isInUse(_ open: () throws -> Void) {
            let error = #expect(throws: InputError.self, performing: open)
            #expect(error?.kind == .inputOutput && error?.problem.contains("another process") == true)
          }
          isInUse { _ = try CampaignArchive(file) }
          var options = PolicyServer.Options(repository: repository.path)
          options.campaigns = file
          isInUse { _ = try PolicyServer(options: options) }
        }
        let archive = try CampaignArchive(file)
        #expect(try archive.json["campaigns"]?.array?.compactMap { $0["id"] } == ["summer \"24", 12])
        #expect(try archive.journal(of: "12").map { $0["event"] } == [["began": ["budget": 3]]])
        try archive.end("summer \"24")
        #expect(try archive.json["campaigns"]?.array?.compactMap { $0["tick"]?.int } == [-1, 0])
        #expect(throws: InputError.self) { try archive.end("13") }
      }
      #expect(throws: InputError.self) { try CampaignArchive("/nowhere/campaigns.sqlite") }
    }

    @Test func refusesFilesOfOthers() async throws {
      try await withFile { file in
        try AtomicFile.write(String(repeating: "no database\n", count: 1000), to: file)
        let error = try #require(throws: InputError.self) { try CampaignArchive(file) }
        #expect(error.description.hasPrefix("\(file): cannot be used for campaigns: "), "\(error)")
      }
    }

    /// A version that reads the same console takes over; one that reads another leaves the campaign with its own.
    @Test func versionsTakeOverWhereTheyReadTheSame() async throws {
      try await withFile { file in
        let policy = campaignPolicy(campaignMarket, seed: 3)
        try await withCampaigns(file, policy: policy) { client, repository in
          let first = try await client.call(CampaignCall(start: true))
          try publish(campaignPolicy(campaignMarket, seed: 4), to: repository)
          try await client.waitForVersion(2)
          let second = try await client.call(CampaignCall(results: try first.results()))
          #expect(second.document["model_version"] == "2")
          #expect(try second.tick == 1)
        }
      }
    }

    /// Requests that no client should send: all refused with a 4xx, and the campaign is what it was.
    @Test func tenThousandHostileRequestsChangeNothing() async throws {
      try await withCampaigns(nil, policy: campaignPolicy(campaignMarket, seed: 3)) { client, _ in
        let first = try await client.call(CampaignCall(start: true))
        let good = try await client.call(CampaignCall(results: try first.results()))
        let before = try await client.get("models/m/sequences").1
        let results = try good.results()
        var stream = RandomStream(seed: 17, purpose: .test)
        let requests = (0..<10_000).map { _ in Self.hostile(results, &stream) }
        try await withThrowingTaskGroup(of: Void.self) { group in
          for part in 0..<8 {
            group.addTask {
              for index in stride(from: part, to: requests.count, by: 8) {
                let (status, _) = try await client.post("models/m.campaign/infer", requests[index])
                #expect((400..<500).contains(status), "\(requests[index])")
              }
            }
          }
          try await group.waitForAll()
        }
        #expect(try await client.get("models/m/sequences").1 == before)
        #expect(try await client.call(CampaignCall(results: try first.results())) == good)
      }
    }

    private static func hostile(_ good: TickResults, _ stream: inout RandomStream) -> String {
      var results = good
      let channel = stream.integer(below: 3)
      let bad: [Double] = [-1, 1e300, -1e-9, 1e13]
      let number = bad[stream.integer(below: bad.count)]
      let text = CampaignCall(results: results).document.text()
      switch stream.integer(below: 14) {
      case 0: results.channels[channel].spend = number
      case 1: results.channels[channel].bid = number
      case 2: results.channels[channel].wins = number
      case 3: results.channels[channel].conversions = number
      case 4: results.channels[channel].clicks = results.channels[channel].wins + 1
      case 5: results.channels[stream.integer(below: 2)] = .init(bid: 0.01, spend: 1)
      case 6: results.tick = [2, 5, 77, -1, .max][stream.integer(below: 5)]
      case 7: return CampaignCall(id: "other", results: results).document.text()
      case 8: return CampaignCall(results: results, budget: number > 0 ? 1e300 : number).document.text()
      case 9: return CampaignCall(results: results, mask: [true, false]).document.text()
      case 10: return CampaignCall(start: true, budget: 11).document.text()
      case 11: return text.replacing("FP64", with: "FP32")
      case 12: return text.replacing("[1,3]", with: "[1,\(4 + stream.integer(below: 9))]")
      default:
        // A random byte cut out of the middle of a name or number's quotes and brackets.
        let end = 1 + stream.integer(below: text.utf8.count - 1)
        return String(decoding: Array(text.utf8)[..<end], as: UTF8.self)
      }
      return CampaignCall(results: results).document.text()
    }
  }

  extension Client {
    /// Waits until a version answers.
    func waitForVersion(_ version: Int) async throws {
      for _ in 0..<500 {
        let (_, metadata) = try await get("models/m.campaign")
        if metadata["versions"]?.array?.contains(.string("\(version)")) == true { return }
        try await Task.sleep(for: .milliseconds(20))
      }
      Issue.record("Version \(version) did not appear.")
    }
  }
#endif
