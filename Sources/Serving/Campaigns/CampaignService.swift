#if Serving
  import Budgets
  import Dispatch
  import Documents
  import Foundation
  import GRDB
  import NIOCore
  import Synchronization

  /// Keeps the campaigns of a server: takes requests in, writes what they changed, and answers once that is safe.
  ///
  /// Requests that arrive while others are written share the next transaction. Those of one campaign are taken in their
  /// order, those of different ones side by side.
  final class CampaignService: Sendable {
    /// The versions of a model that keep campaigns, and the one that new campaigns begin with.
    struct Versions: Sendable {
      var models: [Int: CampaignModel]
      var current: Int
    }

    private struct Key: Hashable {
      let model: String
      let sequence: String
    }

    private struct Job {
      let request: CampaignRequest
      let name: String
      let versions: Versions
      let promise: EventLoopPromise<HTTPReply>
      var key: Key { Key(model: name, sequence: request.sequence) }
    }

    /// Counts for the metrics.
    struct Counters: Sendable {
      var requests = 0
      var decisions = 0
      var corrections = 0
      var fallbacks = 0
      var failures = 0
      var commits = 0
    }

    private static let batchLimit = 64
    /// More campaigns than this are read from the file once more.
    private static let cacheLimit = 20_000

    private let file: CampaignFile
    private let queue = DispatchQueue(label: "campaigns")
    private let waiting = Mutex<[Job]>([])
    private let counts = Mutex(Counters())
    /// Used on the queue only.
    private let cache = Cache()

    private final class Cache: @unchecked Sendable {
      var records: [Key: CampaignRecord] = [:]
    }

    init(_ file: CampaignFile) { self.file = file }

    /// The numbers as they stand.
    var counters: Counters { counts.withLock { $0 } }

    /// Takes a request in; the reply comes when what it changed is written.
    func answer(
      _ request: CampaignRequest, model name: String, versions: Versions, on eventLoop: any EventLoop
    ) -> EventLoopFuture<HTTPReply> {
      let promise = eventLoop.makePromise(of: HTTPReply.self)
      let isFirst = waiting.withLock { waiting in
        waiting.append(Job(request: request, name: name, versions: versions, promise: promise))
        return waiting.count == 1
      }
      if isFirst { queue.async { self.work() } }
      return promise.futureResult
    }

    /// What there is to say of a model's campaigns, in the order in which they began.
    func list(model: String, on eventLoop: any EventLoop) -> EventLoopFuture<HTTPReply> {
      let promise = eventLoop.makePromise(of: HTTPReply.self)
      queue.async {
        promise.completeWith(
          Result {
            let campaigns = try self.file.campaigns(model: model).map { try CampaignSummary($0).json }
            return HTTPReply(["model_name": .string(model), "sequences": .array(campaigns)])
          })
      }
      return promise.futureResult
    }

    /// The newest campaigns beside their forecasts; long, where these are not simulated yet.
    func watched(
      _ monitor: CampaignMonitor, model: (_ name: String, _ version: Int) -> CampaignModel?
    ) throws -> [CampaignMonitor.Watched] {
      try monitor.watch(file, model: model)
    }

    /// Works on what waits, transaction after transaction.
    private func work() {
      while true {
        let jobs = waiting.withLock { waiting in
          let taken = Array(waiting.prefix(Self.batchLimit))
          waiting.removeFirst(taken.count)
          return taken
        }
        guard !jobs.isEmpty else { return }
        handle(jobs)
      }
    }

    /// What became of the requests of one campaign.
    private struct Turn {
      let key: Key
      let jobs: [Int]
      var record: CampaignRecord?
      var journal: [CampaignEvent]?
      var events: [CampaignEvent] = []
      var isChanged = false
      /// What is written of a change, in JSON.
      var state = Data()
      var newEvents: [Data] = []
      var replies: [Result<HTTPReply, any Error>] = []
      var corrections = 0
      var fallbacks = 0
    }

    private func handle(_ jobs: [Job]) {
      var turns: [Turn] = []
      for (index, job) in jobs.enumerated() {
        // Two generations of one campaign never share a transaction: a start begins a turn of its own.
        if !job.request.isStart, let place = turns.lastIndex(where: { $0.key == job.key }) {
          turns[place] = Turn(key: job.key, jobs: turns[place].jobs + [index])
        } else if turns.contains(where: { $0.key == job.key }) {
          handle(Array(jobs[..<index]))
          return handle(Array(jobs[index...]))
        } else {
          turns.append(Turn(key: job.key, jobs: [index]))
        }
      }
      for index in turns.indices { load(&turns[index], jobs) }
      let results = TurnResults(turns)
      if turns.count == 1 {
        results.set(0, play(turns[0], jobs))
      } else {
        DispatchQueue.concurrentPerform(iterations: turns.count) { index in
          results.set(index, self.play(results.turns[index], jobs))
        }
      }
      finish(results.all, jobs)
    }

    /// Slots that parallel tasks fill, each its own.
    private final class TurnResults: @unchecked Sendable {
      let turns: [Turn]
      private let filled: UnsafeMutableBufferPointer<Turn>

      init(_ turns: [Turn]) {
        self.turns = turns
        filled = .allocate(capacity: turns.count)
        _ = filled.initialize(from: turns)
      }

      deinit {
        filled.deinitialize()
        filled.deallocate()
      }

      func set(_ index: Int, _ turn: Turn) { filled[index] = turn }
      var all: [Turn] { Array(filled) }
    }

    /// Finds what is known of a turn's campaign, and its journal where a correction needs it.
    private func load(_ turn: inout Turn, _ jobs: [Job]) {
      do {
        let versions = jobs[turn.jobs[0]].versions
        var record = cache.records[turn.key]
        if record == nil, let stored = try file.campaign(model: turn.key.model, sequence: turn.key.sequence) {
          record = try self.record(stored, versions)
        }
        if let known = record, !known.isEnded { record = Self.takenOver(known, versions) }
        turn.record = record
        if let record, let row = record.row,
          turn.jobs.contains(where: { (jobs[$0].request.results?.tick ?? .max) < record.campaign.state.tick })
        {
          turn.journal = try file.events(ofRow: row)
        }
      } catch {
        turn.replies = turn.jobs.map { _ in .failure(error) }
      }
    }

    /// Opens a stored campaign with its own version, or with the current one where that reads the same console; a state that
    /// an earlier program wrote in another form is found again from the journal.
    private func record(
      _ stored: CampaignFile.Stored, _ versions: Versions
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

    /// A version that is rolled out takes over running campaigns where it reads the same console.
    private static func takenOver(_ record: CampaignRecord, _ versions: Versions) -> CampaignRecord {
      guard record.version != versions.current, let model = versions.models[versions.current],
        let campaign = try? Campaign(model, state: record.campaign.state)
      else { return record }
      var taken = record
      taken.version = versions.current
      taken.campaign = campaign
      return taken
    }

    /// Takes the requests of one campaign in; runs beside those of others.
    private func play(_ turn: Turn, _ jobs: [Job]) -> Turn {
      guard turn.replies.isEmpty else { return turn }
      var turn = turn
      for index in turn.jobs {
        let job = jobs[index]
        let reply = Result { try self.take(job, into: &turn) }
        turn.replies.append(reply)
      }
      if turn.isChanged, let record = turn.record {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        do {
          turn.state = try encoder.encode(record.campaign.state)
          turn.newEvents = try turn.events.map(encoder.encode)
        } catch {
          turn.isChanged = false
          turn.replies = turn.jobs.map { _ in .failure(error) }
        }
      }
      return turn
    }

    private func take(_ job: Job, into turn: inout Turn) throws -> HTTPReply {
      let request = job.request
      let outcome: CampaignRecord.Outcome
      if request.isStart {
        guard let model = job.versions.models[job.versions.current] else {
          throw ServingError.unavailable("Model '\(job.name)' has no version that keeps campaigns.")
        }
        outcome = try CampaignRecord.start(
          request, running: turn.record, version: job.versions.current, model: model)
      } else {
        guard let record = turn.record else {
          throw ServingError.missing(
            "There is no campaign \(request.sequence): a request with 'sequence_start' begins one.")
        }
        let known = (turn.journal ?? []) + turn.events
        if let tick = request.results?.tick, tick < record.campaign.state.tick,
          request.results != record.campaign.state.last
        {
          turn.corrections += 1
        }
        outcome = try record.taking(request) { known }
      }
      if outcome.isChanged, outcome.record.campaign.decide()?.isPlan == true { turn.fallbacks += 1 }
      turn.record = outcome.record
      turn.events += outcome.events
      turn.isChanged = turn.isChanged || outcome.isChanged
      return CampaignReply(outcome.record.campaign).httpReply(
        to: request, model: job.name + ".campaign", version: outcome.record.version)
    }

    /// Writes what changed, then answers.
    private func finish(_ turns: [Turn], _ jobs: [Job]) {
      let changed = turns.indices.filter { turns[$0].isChanged }
      var rows: [Int64] = []
      var failure: (any Error)?
      if !changed.isEmpty {
        do {
          rows = try file.commit(
            changed.compactMap { index in
              let turn = turns[index]
              return turn.record.map { record in
                CampaignFile.Change(
                  row: record.row, model: turn.key.model, sequence: turn.key.sequence,
                  version: record.version,
                  state: turn.state, isEnded: record.isEnded, events: turn.newEvents,
                  opened: record.row == nil ? record.campaign.model : nil)
              }
            })
        } catch { failure = Self.servingError(error) }
      }
      if cache.records.count > Self.cacheLimit { cache.records = [:] }
      for (place, index) in changed.enumerated() {
        guard failure == nil, var record = turns[index].record else {
          cache.records[turns[index].key] = nil
          continue
        }
        record.row = rows[place]
        cache.records[turns[index].key] = record
      }
      for (index, turn) in turns.enumerated() where !turn.isChanged {
        if let record = turn.record, record.row != nil { cache.records[turns[index].key] = record }
      }
      count(turns, committed: failure == nil && !changed.isEmpty)
      for turn in turns {
        for (job, reply) in zip(turn.jobs, turn.replies) {
          if turn.isChanged, let failure, case .success = reply {
            jobs[job].promise.fail(failure)
          } else {
            jobs[job].promise.completeWith(reply)
          }
        }
      }
    }

    private func count(_ turns: [Turn], committed: Bool) {
      counts.withLock { counts in
        if committed { counts.commits += 1 }
        for turn in turns {
          counts.corrections += turn.corrections
          counts.fallbacks += turn.fallbacks
          for reply in turn.replies {
            counts.requests += 1
            if case .failure = reply { counts.failures += 1 } else { counts.decisions += 1 }
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
#endif
