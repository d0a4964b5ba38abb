#if Serving
  import Budgets
  import Dispatch
  import Documents
  import Foundation
  import GRDB
  import LinearAlgebra
  import NIOCore
  import Synchronization

  /// Campaigns in a file: a request is answered once the transaction is written that it is part of.
  ///
  /// Requests that arrive while others are written share the next transaction.
  final class CampaignTransactions: CampaignKeeper {
    /// A job and where its answer goes.
    private struct Order {
      let job: CampaignJob
      let promise: EventLoopPromise<HTTPReply>
    }

    /// The requests of one campaign in a transaction.
    private struct Share {
      let key: CampaignKey
      var orders: [Int]
      /// What is known of the campaign, or why nothing is.
      var known: Result<CampaignRecord?, any Error> = .success(nil)
    }

    /// What became of a share.
    private struct Outcome {
      var turn: CampaignTurn
      var replies: [Result<HTTPReply, any Error>]
      var change: CampaignFile.Change?
    }

    private static let batchLimit = 64
    /// More campaigns than this are read from the file once more.
    private static let cacheLimit = 20_000

    private let file: CampaignFile
    private let tally: CampaignTally
    private let queue = DispatchQueue(label: "campaigns")
    private let waiting = Mutex<[Order]>([])
    /// Used on the queue only.
    private let cache = Cache()

    private final class Cache: @unchecked Sendable {
      var records: [CampaignKey: CampaignRecord] = [:]
    }

    init(_ file: CampaignFile, _ tally: CampaignTally) { (self.file, self.tally) = (file, tally) }

    var kept: any KeptCampaigns { file }

    func answer(_ job: CampaignJob, on eventLoop: any EventLoop) -> EventLoopFuture<HTTPReply> {
      let promise = eventLoop.makePromise(of: HTTPReply.self)
      let isFirst = waiting.withLock { waiting in
        waiting.append(Order(job: job, promise: promise))
        return waiting.count == 1
      }
      if isFirst { queue.async { self.work() } }
      return promise.futureResult
    }

    /// Works on what waits, transaction after transaction.
    private func work() {
      while true {
        let orders = waiting.withLock { waiting in
          let taken = Array(waiting.prefix(Self.batchLimit))
          waiting.removeFirst(taken.count)
          return taken
        }
        guard !orders.isEmpty else { return }
        handle(orders)
      }
    }

    private func handle(_ orders: [Order]) {
      var shares: [Share] = []
      for (index, order) in orders.enumerated() {
        let key = order.job.key
        guard let place = shares.firstIndex(where: { $0.key == key }) else {
          shares.append(Share(key: key, orders: [index]))
          continue
        }
        // Two generations of one campaign never share a transaction.
        if order.job.request.isStart {
          handle(Array(orders[..<index]))
          return handle(Array(orders[index...]))
        }
        shares[place].orders.append(index)
      }
      for index in shares.indices {
        let versions = orders[shares[index].orders[0]].job.versions
        shares[index].known = Result { try known(shares[index].key, versions) }
      }
      let outcomes = concurrentMap(count: shares.count) { [shares] in self.play(shares[$0], orders) }
      finish(shares, outcomes, orders)
    }

    /// What is known of a campaign.
    private func known(_ key: CampaignKey, _ versions: CampaignVersions) throws -> CampaignRecord? {
      if let record = cache.records[key] { return record }
      return try file.campaign(model: key.model, sequence: key.sequence).map { try record($0, versions) }
    }

    /// Opens a stored campaign with its own version, or with the current one where that reads the same console; a state that
    /// an earlier program wrote in another form is found again from the journal.
    private func record(
      _ stored: CampaignFile.Stored, _ versions: CampaignVersions
    ) throws -> CampaignRecord {
      let state = try? JSONDecoder().decode(CampaignState.self, from: stored.state)
      for version in [stored.version, versions.current] {
        guard let model = versions.models[version],
          let campaign = state.map({ try? Campaign(model, state: $0) })
            ?? (try? Campaign(model, replaying: try file.events(ofRow: stored.row)))
        else { continue }
        return CampaignRecord(row: stored.row, version: version, campaign: campaign, isEnded: stored.isEnded)
      }
      throw ServingError.unavailable(
        "The campaign began with version \(stored.version), which is not served, and version \(versions.current) "
          + "reads another console: publish that one again.")
    }

    /// Takes the requests of one campaign in; runs beside those of others.
    private func play(_ share: Share, _ orders: [Order]) -> Outcome {
      let versions = orders[share.orders[0]].job.versions
      do {
        let record = try share.known.get()
        var turn = CampaignTurn(record, versions: versions)
        let replies = share.orders.map { index in
          Result { try turn.take(orders[index].job) { try record?.row.map(file.events) ?? [] } }
        }
        let change = try turn.isChanged ? turn.record.map { try $0.change(of: share.key, turn.events) } : nil
        return Outcome(turn: turn, replies: replies, change: change)
      } catch {
        return Outcome(
          turn: CampaignTurn(nil, versions: versions), replies: share.orders.map { _ in .failure(error) })
      }
    }

    /// Writes what changed, then answers.
    private func finish(_ shares: [Share], _ outcomes: [Outcome], _ orders: [Order]) {
      let changed = outcomes.indices.filter { outcomes[$0].change != nil }
      var rows: [Int64] = []
      var failure: (any Error)?
      if !changed.isEmpty {
        do {
          rows = try file.commit(changed.compactMap { outcomes[$0].change })
          tally.addCommit()
        } catch { failure = Self.servingError(error) }
      }
      if cache.records.count > Self.cacheLimit { cache.records = [:] }
      for (index, outcome) in outcomes.enumerated() where outcome.change == nil {
        if let record = outcome.turn.record, record.row != nil { cache.records[shares[index].key] = record }
      }
      for (place, index) in changed.enumerated() {
        var record = outcomes[index].turn.record
        if failure == nil { record?.row = rows[place] }
        cache.records[shares[index].key] = failure == nil ? record : nil
      }
      for (share, outcome) in zip(shares, outcomes) {
        tally.add(outcome.turn, outcome.replies)
        for (index, reply) in zip(share.orders, outcome.replies) {
          if outcome.change != nil, let failure, case .success = reply {
            orders[index].promise.fail(failure)
          } else {
            orders[index].promise.completeWith(reply)
          }
        }
      }
    }

    private static func servingError(_ error: any Error) -> any Error {
      guard let error = error as? DatabaseError, error.resultCode.primaryResultCode == .SQLITE_FULL else {
        return error
      }
      return ServingError(507, "The disk is full: nothing was changed; try again once there is room.")
    }
  }

  extension CampaignRecord {
    /// What is written of a campaign to which events happened.
    fileprivate func change(
      of key: CampaignKey, _ events: [CampaignEvent]
    ) throws -> CampaignFile.Change {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .withoutEscapingSlashes
      return CampaignFile.Change(
        row: row, model: key.model, sequence: key.sequence, version: version,
        state: try encoder.encode(campaign.state), isEnded: isEnded,
        events: try events.map(encoder.encode), opened: row == nil ? campaign.model : nil)
    }
  }
#endif
