#if Serving
  import Budgets
  import Dispatch
  import NIOCore
  import Synchronization

  /// Campaigns that live as long as the server. There is nothing to wait for: requests are answered at once, on the event loop
  /// that read them.
  final class CampaignsInMemory: CampaignKeeper, KeptCampaigns {
    /// A campaign and all that happened to it.
    private struct Kept {
      var record: CampaignRecord
      var events: [CampaignEvent]
    }

    /// The campaigns of one sequence, one after the other: the last one runs, or ran last.
    private final class Sequence: Sendable {
      let key: CampaignKey
      let campaigns = Mutex<[Kept]>([])

      init(_ key: CampaignKey) { self.key = key }
    }

    private struct Shelf {
      var sequences: [CampaignKey: Sequence] = [:]
      /// The sequence of each campaign, in the order in which they began: of row 1 first.
      var begun: [Sequence] = []
    }

    /// Never held while a sequence's campaigns are waited for.
    private let shelf = Mutex(Shelf())
    private let tally: CampaignTally
    let path: String? = nil

    init(_ tally: CampaignTally) { self.tally = tally }

    var kept: any KeptCampaigns { self }

    func answer(_ job: CampaignJob, on eventLoop: any EventLoop) -> EventLoopFuture<HTTPReply> {
      let sequence = shelf.withLock { shelf in
        if let known = shelf.sequences[job.key] { return known }
        let new = Sequence(job.key)
        if job.request.isStart { shelf.sequences[job.key] = new }
        return new
      }
      if let reply = take(job, of: sequence, mayReplay: false) {
        return eventLoop.makeCompletedFuture(reply)
      }
      // Playing a campaign once more may take long, and others wait for the event loop.
      let promise = eventLoop.makePromise(of: HTTPReply.self)
      DispatchQueue.global().async {
        if let reply = self.take(job, of: sequence, mayReplay: true) { promise.completeWith(reply) }
      }
      return promise.futureResult
    }

    /// Takes a request in; nil where that would be a replay and may not.
    private func take(
      _ job: CampaignJob, of sequence: Sequence, mayReplay: Bool
    ) -> Result<HTTPReply, any Error>? {
      sequence.campaigns.withLock { campaigns in
        var turn = CampaignTurn(campaigns.last?.record, versions: job.versions)
        guard mayReplay || !turn.isCorrection(job.request) else { return nil }
        let reply = Result { try turn.take(job) { campaigns.last?.events ?? [] } }
        if turn.isChanged, var record = turn.record {
          if record.row == nil {
            record.row = shelf.withLock { shelf in
              shelf.begun.append(sequence)
              return Int64(shelf.begun.count)
            }
            campaigns.append(Kept(record: record, events: turn.events))
          } else {
            campaigns[campaigns.count - 1].record = record
            campaigns[campaigns.count - 1].events += turn.events
          }
        }
        tally.add(turn, [reply])
        return reply
      }
    }

    func summaries(model: String?, newest count: Int) -> [CampaignSummary] {
      let begun = shelf.withLock { $0.begun }
      let rows = begun.indices.filter { model == nil || begun[$0].key.model == model }.suffix(count)
      return rows.compactMap { index in
        campaign(ofRow: Int64(index + 1), in: begun[index]).map {
          CampaignSummary($0.record, row: Int64(index + 1), of: begun[index].key)
        }
      }
    }

    func events(ofRow row: Int64) -> [CampaignEvent] {
      let sequence = shelf.withLock { row > 0 && row <= $0.begun.count ? $0.begun[Int(row) - 1] : nil }
      return sequence.flatMap { campaign(ofRow: row, in: $0)?.events } ?? []
    }

    /// nil for the moment in which a campaign begins.
    private func campaign(ofRow row: Int64, in sequence: Sequence) -> Kept? {
      sequence.campaigns.withLock { campaigns in campaigns.last { $0.record.row == row } }
    }
  }
#endif
