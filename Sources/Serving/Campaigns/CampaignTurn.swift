#if Serving
  import Budgets

  /// The versions of a model that keep campaigns, and the one that new campaigns begin with.
  struct CampaignVersions: Sendable {
    var models: [Int: CampaignModel]
    var current: Int
  }

  /// Which campaign a request is to: of the sequence that runs, or ran last.
  struct CampaignKey: Hashable, Sendable {
    let model: String
    let sequence: String
  }

  /// A request to a campaign of a model.
  struct CampaignJob: Sendable {
    let request: CampaignRequest
    let model: String
    let versions: CampaignVersions

    var key: CampaignKey { CampaignKey(model: model, sequence: request.sequence) }
  }

  /// The requests of one campaign that are kept together, and what they made of it.
  struct CampaignTurn {
    /// The campaign; nil where there is none yet.
    private(set) var record: CampaignRecord?
    /// What is new in its journal.
    private(set) var events: [CampaignEvent] = []
    /// Whether there is something to keep.
    private(set) var isChanged = false
    /// For the metrics.
    private(set) var corrections = 0
    private(set) var fallbacks = 0

    /// Begins with what is known of the campaign; a version that is rolled out takes it over where it reads the same console.
    init(_ record: CampaignRecord?, versions: CampaignVersions) {
      self.record = record.map { $0.takenOver(by: versions) }
    }

    /// Whether a request changes what an earlier tick showed, so that the campaign is played once more.
    func isCorrection(_ request: CampaignRequest) -> Bool {
      guard let state = record?.campaign.state, let results = request.results else { return false }
      return results.tick < state.tick && results != state.last
    }

    /// Takes a request in, and answers it.
    ///
    /// - Parameter journal: all that happened to the campaign before the turn; asked for corrections.
    mutating func take(_ job: CampaignJob, journal: () throws -> [CampaignEvent]) throws -> HTTPReply {
      let request = job.request
      let outcome: CampaignRecord.Outcome
      if request.isStart {
        guard let model = job.versions.models[job.versions.current] else {
          throw ServingError.unavailable("Model '\(job.model)' has no version that keeps campaigns.")
        }
        outcome = try CampaignRecord.start(
          request, running: record, version: job.versions.current, model: model)
      } else {
        guard let record else {
          throw ServingError.missing(
            "There is no campaign \(request.sequence): a request with 'sequence_start' begins one.")
        }
        if isCorrection(request) { corrections += 1 }
        outcome = try record.taking(request) { try journal() + events }
      }
      if outcome.isChanged, outcome.record.campaign.decide()?.isPlan == true { fallbacks += 1 }
      record = outcome.record
      events += outcome.events
      isChanged = isChanged || outcome.isChanged
      return CampaignReply(outcome.record.campaign).httpReply(
        to: request, model: job.model + ModelCatalog.campaignSuffix, version: outcome.record.version)
    }
  }

  extension CampaignRecord {
    /// The campaign by the current version, where that reads the same console; as it is elsewhere, and once it has ended.
    fileprivate func takenOver(by versions: CampaignVersions) -> CampaignRecord {
      guard !isEnded, version != versions.current, let model = versions.models[versions.current],
        let campaign = try? Campaign(model, state: campaign.state)
      else { return self }
      var taken = self
      taken.version = versions.current
      taken.campaign = campaign
      return taken
    }
  }
#endif
