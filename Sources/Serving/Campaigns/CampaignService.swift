#if Serving
  import Budgets
  import Documents
  import NIOCore
  import NIOPosix

  /// Campaigns as they stand, to look at.
  protocol KeptCampaigns: Sendable {
    /// The newest campaigns, of one model where one is named, in the order in which they began.
    func summaries(model: String?, newest count: Int) throws -> [CampaignSummary]
    /// All that happened to a campaign, in its order.
    func events(ofRow row: Int64) throws -> [CampaignEvent]
    /// The file; nil in memory.
    var path: String? { get }
  }

  /// Takes the requests to campaigns in, and answers once what they changed is kept. Those of one campaign are taken in their
  /// order, those of different ones side by side.
  protocol CampaignKeeper: Sendable {
    var kept: any KeptCampaigns { get }
    func answer(_ job: CampaignJob, on eventLoop: any EventLoop) -> EventLoopFuture<HTTPReply>
  }

  /// The campaigns of a server.
  struct CampaignService: Sendable {
    private let keeper: any CampaignKeeper
    private let tally = CampaignTally()

    /// Keeps campaigns in a file, or in memory where none is named.
    ///
    /// - Throws: `InputError` where the file cannot be used.
    init(file path: String?, durability: CampaignFile.Durability) throws {
      if let path {
        keeper = CampaignTransactions(try CampaignFile(path, durability: durability), tally)
      } else {
        keeper = CampaignsInMemory(tally)
      }
    }

    /// The numbers as they stand.
    var counters: CampaignTally.Counters { tally.counters }

    /// Takes a request in; the reply comes when what it changed is kept.
    func answer(_ job: CampaignJob, on eventLoop: any EventLoop) -> EventLoopFuture<HTTPReply> {
      keeper.answer(job, on: eventLoop)
    }

    /// What there is to say of a model's campaigns, in the order in which they began.
    func list(model: String, on eventLoop: any EventLoop) -> EventLoopFuture<HTTPReply> {
      let kept = keeper.kept
      return NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) {
        let campaigns = try kept.summaries(model: model, newest: .max)
        return HTTPReply(["model_name": .string(model), "sequences": .array(campaigns.map(\.json))])
      }
    }

    /// The newest campaigns beside their forecasts; long, where these are not simulated yet.
    func watched(
      _ monitor: CampaignMonitor, model: (_ name: String, _ version: Int) -> CampaignModel?
    ) throws -> [CampaignMonitor.Watched] {
      try monitor.watch(keeper.kept, model: model)
    }
  }
#endif
