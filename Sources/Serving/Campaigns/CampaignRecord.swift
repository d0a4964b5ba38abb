#if Serving
  import Budgets
  import Foundation

  /// A campaign that the server keeps, and what one request makes of it.
  struct CampaignRecord: Sendable {
    /// nil until it is stored.
    var row: Int64?
    var version: Int
    var campaign: Campaign
    var isEnded = false

    /// What a request led to.
    struct Outcome {
      var record: CampaignRecord
      /// What is new in the journal; empty where the request was a repetition.
      var events: [CampaignEvent] = []
      /// Whether there is something to write.
      var isChanged: Bool
    }

    /// Begins a campaign, unless one of the sequence runs: a client that repeats its first request gets its answer again.
    static func start(
      _ request: CampaignRequest, running: CampaignRecord?, version: Int, model: CampaignModel
    ) throws(ServingError) -> Outcome {
      if let running, !running.isEnded {
        let state = running.campaign.state
        let budget = request.budget ?? model.market.budget
        let paused = request.paused ?? state.paused.map { _ in false }
        guard state.tick == 0, running.campaign.isBudget(budget), state.paused == paused else {
          throw ServingError(
            409, "The campaign has begun already: end it first, or leave out 'sequence_start'.")
        }
        return Outcome(record: running, isChanged: false)
      }
      return try translated { () throws(CampaignError) in
        var record = CampaignRecord(version: version, campaign: try Campaign(model, budget: request.budget))
        var events = [CampaignEvent.began(budget: request.budget)]
        try record.pause(request, &events)
        record.isEnded = request.isEnd
        return Outcome(record: record, events: events, isChanged: true)
      }
    }

    /// Takes a request in.
    ///
    /// - Parameter journal: all that happened to the campaign; asked for where results of an earlier tick are changed.
    func taking(
      _ request: CampaignRequest, journal: () throws -> [CampaignEvent]
    ) throws -> Outcome {
      if isEnded {
        guard request.isEnd, repeatsLast(request) else {
          throw ServingError.missing(
            "The campaign has ended: a request with 'sequence_start' begins another.")
        }
        return Outcome(record: self, isChanged: false)
      }
      var events: [CampaignEvent] = []
      var record = self
      if let results = request.results, results != campaign.state.last {
        events.append(.results(results))
        if results.tick < campaign.state.tick, results.tick >= 0 {
          let known = try journal()
          let last = known.compactMap(\.results).last { $0.tick == results.tick }
          if last == results {
            events = []
          } else {
            record.campaign = try Self.translated { () throws(CampaignError) in
              try Campaign(campaign.model, replaying: known + events)
            }
          }
        } else {
          try Self.translated { () throws(CampaignError) in try record.campaign.observe(results) }
        }
      }
      try Self.translated { () throws(CampaignError) in
        if let budget = request.budget, !record.campaign.isBudget(budget) {
          try record.campaign.setBudget(budget)
          events.append(.budget(budget))
        }
        try record.pause(request, &events)
      }
      record.isEnded = request.isEnd
      return Outcome(record: record, events: events, isChanged: !events.isEmpty || request.isEnd)
    }

    private mutating func pause(
      _ request: CampaignRequest, _ events: inout [CampaignEvent]
    ) throws(CampaignError) {
      guard let paused = request.paused, paused != campaign.state.paused else { return }
      try campaign.setPaused(paused)
      events.append(.paused(paused))
    }

    /// Whether nothing in a request is new to the campaign.
    private func repeatsLast(_ request: CampaignRequest) -> Bool {
      (request.results == nil || request.results == campaign.state.last)
        && request.budget.map(campaign.isBudget) ?? true
        && request.paused.map { $0 == campaign.state.paused } ?? true
    }

    /// Runs what a campaign may refuse.
    private static func translated<Result>(
      _ body: () throws(CampaignError) -> Result
    ) throws(ServingError) -> Result {
      do { return try body() } catch {
        switch error.kind {
        case .impossible: throw .invalid("\(error)")
        case .outOfTurn: throw ServingError(409, "\(error)")
        case .unfit: throw .unavailable("\(error)")
        }
      }
    }
  }
#endif
