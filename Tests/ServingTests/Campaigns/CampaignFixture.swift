#if Serving
  import Budgets
  import CampaignMarket
  import Documents
  import Foundation
  import Learning
  import LinearAlgebra
  import NeuralNetworks
  import PolicyFormats
  import Serving
  import Testing

  /// What the campaigns of these tests run in.
  let campaignMarket = CampaignMarket.campaignMarket()

  /// A policy of random weights for what an environment shows.
  func campaignPolicy(_ market: Market, observation: ObservationKind = .planner, seed: UInt64) -> Policy {
    let environment = BudgetAllocation(market: market, observation: observation)
    let shape = NetworkShape(
      layout: environment.observationLayout, hidden: [24, 16],
      branchSizes: environment.actionSpace.branchSizes)
    var stream = RandomStream(seed: seed, purpose: .test)
    return Policy(
      shape: shape, weights: (0..<shape.parameterCount).map { _ in 0.3 * (stream.uniform() - 0.5) },
      normalizer: ObservationNormalizer(identity: shape.observationSize),
      metadata: environment.metadata)
  }

  /// Runs a server whose model `m` keeps campaigns of `campaignMarket` in a file.
  func withCampaigns(
    _ state: String?, policy: Policy, repository folder: String? = nil,
    _ body: (Client, ModelRepository) async throws -> Void
  ) async throws {
    let own = folder ?? temporaryPath("campaigns")
    defer { if folder == nil { try? FileManager.default.removeItem(atPath: own) } }
    let repository = ModelRepository(own)
    if repository.versions(of: "m").isEmpty { try publish(policy, to: repository) }
    try await withServer(over: repository, { $0.campaigns = state }, body)
  }

  /// Publishes a policy with its market beside it.
  func publish(_ policy: Policy, to repository: ModelRepository) throws {
    try repository.publish(
      policy, name: "m", attachments: ["market.yaml": Array(campaignMarket.yaml.utf8)])
  }

  /// One request to a campaign.
  struct CampaignCall {
    var id: JSONValue = "a"
    var start = false
    var end = false
    var results: TickResults?
    var budget: Double?
    var mask: [Bool]?

    private func input(_ name: String, _ type: String, _ data: [JSONValue]) -> JSONValue {
      [
        "name": .string(name), "datatype": .string(type), "shape": [1, JSONValue(data.count)],
        "data": .array(data),
      ]
    }

    var document: JSONValue {
      var inputs: [JSONValue] = []
      if let results {
        func numbers(_ value: (TickResults.Channel) -> Double) -> [JSONValue] {
          results.channels.map { JSONValue(value($0)) }
        }
        inputs = [
          input("tick", "INT64", [JSONValue(results.tick)]), input("bid", "FP64", numbers(\.bid)),
          input("wins", "FP64", numbers(\.wins)), input("spend", "FP64", numbers(\.spend)),
          input("clicks", "FP64", numbers(\.clicks)), input("conversions", "FP64", numbers(\.conversions)),
        ]
      }
      if let budget { inputs.append(input("budget", "FP64", [JSONValue(budget)])) }
      if let mask { inputs.append(input("mask", "BOOL", mask.map { .boolean($0) })) }
      return [
        "parameters": [
          "sequence_id": id, "sequence_start": .boolean(start), "sequence_end": .boolean(end),
        ],
        "inputs": .array(inputs),
      ]
    }
  }

  /// What a campaign answered.
  struct CampaignAnswer: Equatable {
    let status: Int
    let document: JSONValue

    func numbers(_ output: String) throws -> [Double] {
      let outputs = try #require(document["outputs"]?.array, "\(document)")
      let found = try #require(outputs.first { $0["name"]?.string == output })
      return try #require(found["data"]?.array).compactMap(\.double)
    }

    var tick: Int { get throws { Int(try #require(try numbers("tick").first)) } }
    var levels: [Int] { get throws { try numbers("level").map { Int($0) } } }
    var flags: String {
      document["outputs"]?.array?.first { $0["name"]?.string == "flags" }?["data"]?.array?.first?.string
        ?? "?"
    }

    /// Results that follow the answer's bids: half of what it expects is spent.
    func results() throws -> TickResults {
      let (bids, spends) = (try numbers("bid"), try numbers("expected_spend"))
      return TickResults(
        tick: try tick,
        channels: zip(bids, spends).enumerated().map { index, pair in
          let (bid, spend) = pair
          if index == 2 { return .init(bid: bid, spend: bid, conversions: 2.5 * bid) }
          let wins = bid > 0 ? (spend / bid).rounded() : 0
          let clicks = (wins * 0.06).rounded()
          return .init(
            bid: bid, wins: wins, spend: 0.5 * wins * bid, clicks: clicks,
            conversions: (clicks * 0.2).rounded())
        })
    }
  }

  extension Client {
    func call(_ call: CampaignCall) async throws -> CampaignAnswer {
      let (status, document) = try await post("models/m.campaign/infer", call.document.text())
      return CampaignAnswer(status: status, document: document)
    }
  }
#endif
