#if Serving
  import Budgets
  import Documents
  import Foundation
  import GRDB
  import Synchronization

  /// Campaigns in SQLite: the state of each, and a journal of all that happened to it.
  ///
  /// With a write-ahead log and `synchronous=NORMAL` a transaction survives the end of the process, however it ends; `FULL`
  /// survives the loss of power as well.
  final class CampaignFile: KeptCampaigns {
    /// How much a commit outlives.
    enum Durability: String, Sendable, CaseIterable {
      case normal, full
    }

    /// One campaign as it is stored.
    struct Stored {
      let row: Int64
      let model: String
      let sequence: String
      let version: Int
      let state: Data
      let isEnded: Bool
    }

    /// What a transaction writes of one campaign.
    struct Change {
      /// nil for a new campaign.
      var row: Int64?
      let model: String
      let sequence: String
      let version: Int
      let state: Data
      let isEnded: Bool
      /// `CampaignEvent`s in JSON.
      let events: [Data]
      /// Of a new campaign: what it runs in, which the file keeps once for all campaigns.
      var opened: CampaignModel?
    }

    /// Where it is.
    let path: String?
    /// Digests of the markets that the file is known to hold.
    private let keptMarkets = Mutex<Set<String>>([])
    private let queue: DatabaseQueue
    private let lock: FileLock?

    /// Opens a file, creating or migrating it.
    ///
    /// - Throws: `InputError`.
    init(_ path: String, durability: Durability = .normal) throws {
      self.path = path
      guard let lock = try FileLock(trying: path + ".lock") else {
        throw InputError(
          .inputOutput, file: path, problem: "another process keeps its campaigns here",
          remedy: "end it, or name another file")
      }
      self.lock = lock
      var configuration = Configuration()
      configuration.prepareDatabase { database in
        try database.execute(sql: "PRAGMA journal_mode = WAL")
        try database.execute(sql: "PRAGMA synchronous = \(durability.rawValue)")
      }
      do {
        queue = try DatabaseQueue(path: path, configuration: configuration)
        guard try !queue.read(Self.migrator.hasBeenSuperseded) else {
          throw Self.newer(path)
        }
        try Self.migrator.migrate(queue)
      } catch {
        lock.release()
        guard let error = error as? DatabaseError else { throw error }
        throw Self.unusable(path, error.message ?? "\(error.resultCode)")
      }
    }

    /// Opens a file to read, which another process may be using.
    ///
    /// - Throws: `InputError` where there is none, or it cannot be read.
    init(reading path: String) throws {
      try Self.requireFile(path)
      lock = nil
      self.path = path
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(5)
      do {
        queue = try DatabaseQueue(path: path, configuration: configuration)
        let isOurs = try queue.read {
          guard try !Self.migrator.hasBeenSuperseded($0) else { throw Self.newer(path) }
          return try Self.migrator.appliedIdentifiers($0).contains(Self.campaigns)
        }
        guard isOurs else {
          throw Self.unusable(path, "it is no file of campaigns")
        }
      } catch let error as DatabaseError {
        throw Self.unusable(path, error.message ?? "\(error.resultCode)")
      }
    }

    deinit { lock?.release() }

    static func requireFile(_ path: String) throws(InputError) {
      guard FileManager.default.fileExists(atPath: path) else {
        throw .missing(path: path, remedy: "`apportion serve --state` creates it")
      }
    }

    private static func unusable(_ path: String, _ reason: String) -> InputError {
      InputError(
        .malformed, file: path, problem: "cannot be used for campaigns: \(reason)",
        remedy: "name another file")
    }

    private static func newer(_ path: String) -> InputError {
      InputError(
        .malformed, file: path, problem: "a newer version of apportion wrote this", remedy: "use that one")
    }

    private static let campaigns = "1: campaigns and their journals"

    private static var migrator: DatabaseMigrator {
      var migrator = DatabaseMigrator()
      migrator.registerMigration(campaigns) { database in
        try database.execute(
          sql: """
            CREATE TABLE campaign (
              id INTEGER PRIMARY KEY AUTOINCREMENT,
              model TEXT NOT NULL,
              sequence TEXT NOT NULL,
              version INTEGER NOT NULL,
              state BLOB NOT NULL,
              ended INTEGER NOT NULL,
              changed REAL NOT NULL
            );
            CREATE INDEX campaign_by_sequence ON campaign (model, sequence, id);
            CREATE UNIQUE INDEX running_campaign ON campaign (model, sequence) WHERE NOT ended;
            CREATE TABLE event (
              campaign INTEGER NOT NULL REFERENCES campaign (id),
              number INTEGER PRIMARY KEY AUTOINCREMENT,
              time REAL NOT NULL,
              event BLOB NOT NULL
            );
            CREATE INDEX event_by_campaign ON event (campaign, number);
            """)
      }
      migrator.registerMigration("2: the markets that campaigns run in") { database in
        try database.execute(sql: "CREATE TABLE market (digest TEXT PRIMARY KEY, description TEXT NOT NULL)")
      }
      return migrator
    }

    /// The newest campaign of a sequence; nil where there never was one.
    func campaign(model: String, sequence: String) throws -> Stored? {
      try queue.read { database in
        try Row.fetchOne(
          database.cachedStatement(
            sql: "SELECT * FROM campaign WHERE model = ? AND sequence = ? ORDER BY id DESC LIMIT 1"),
          arguments: [model, sequence]
        ).map(Self.stored)
      }
    }

    /// The newest campaigns, of one model where one is named, in the order in which they began.
    func campaigns(model: String? = nil, newest count: Int = .max) throws -> [Stored] {
      try queue.read { database in
        try Row.fetchAll(
          database, sql: "SELECT * FROM campaign WHERE model = ifnull(?, model) ORDER BY id DESC LIMIT ?",
          arguments: [model, count]
        ).reversed().map(Self.stored)
      }
    }

    func summaries(model: String?, newest count: Int) throws -> [CampaignSummary] {
      try campaigns(model: model, newest: count).map { try CampaignSummary($0) }
    }

    private static func stored(_ row: Row) -> Stored {
      Stored(
        row: row["id"], model: row["model"], sequence: row["sequence"], version: row["version"],
        state: row["state"], isEnded: row["ended"])
    }

    /// All that happened to a campaign, in its order.
    func events(ofRow row: Int64) throws -> [CampaignEvent] {
      let decoder = JSONDecoder()
      return try queue.read { database in
        try Data.fetchAll(
          database, sql: "SELECT event FROM event WHERE campaign = ? ORDER BY number", arguments: [row])
      }.map { try decoder.decode(CampaignEvent.self, from: $0) }
    }

    /// The description, in YAML, of the market of a digest; nil where it is not there: older files have none.
    func market(digest: String) throws -> String? {
      try queue.read { database in
        guard try database.tableExists("market") else { return nil }
        return try String.fetchOne(
          database, sql: "SELECT description FROM market WHERE digest = ?", arguments: [digest])
      }
    }

    /// Writes changes in one transaction: all of them or, where it throws, none.
    ///
    /// - Returns: the row of each.
    func commit(_ changes: [Change]) throws -> [Int64] {
      let time = Date().timeIntervalSince1970
      let known = keptMarkets.withLock { $0 }
      let new = changes.compactMap(\.opened).filter { !known.contains($0.digest) }
      let rows = try queue.write { database in
        for model in new {
          try database.execute(
            sql: "INSERT OR IGNORE INTO market (digest, description) VALUES (?, ?)",
            arguments: [model.digest, model.market.yaml])
        }
        return try changes.map { change in
          let row: Int64
          if let known = change.row {
            row = known
            try database.cachedStatement(
              sql: "UPDATE campaign SET version = ?, state = ?, ended = ?, changed = ? WHERE id = ?"
            ).execute(arguments: [change.version, change.state, change.isEnded, time, row])
          } else {
            try database.cachedStatement(
              sql:
                "INSERT INTO campaign (model, sequence, version, state, ended, changed) VALUES (?, ?, ?, ?, ?, ?)"
            ).execute(
              arguments: [change.model, change.sequence, change.version, change.state, change.isEnded, time])
            row = database.lastInsertedRowID
          }
          for event in change.events {
            try database.cachedStatement(sql: "INSERT INTO event (campaign, time, event) VALUES (?, ?, ?)")
              .execute(arguments: [row, time, event])
          }
          return row
        }
      }
      keptMarkets.withLock { $0.formUnion(new.map(\.digest)) }
      return rows
    }
  }
#endif
