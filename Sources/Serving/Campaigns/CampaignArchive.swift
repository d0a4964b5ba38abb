#if Serving
  import Budgets
  import Documents
  import Foundation

  /// The campaigns in a file that no server uses.
  ///
  /// ```swift
  /// print(try CampaignArchive("campaigns.sqlite").json.text(indented: true))
  /// ```
  public struct CampaignArchive {
    private let file: CampaignFile

    /// Opens a file.
    ///
    /// - Throws: `InputError` where there is none, or it cannot be used, or a server uses it.
    public init(_ path: String) throws {
      try CampaignFile.requireFile(path)
      file = try CampaignFile(path)
    }

    /// All campaigns in the order in which they began.
    public var json: JSONValue {
      get throws { ["campaigns": .array(try summaries.map(\.json))] }
    }

    private var summaries: [CampaignSummary] {
      get throws { try file.campaigns().map { try CampaignSummary($0) } }
    }

    /// All campaigns for people: model, id, version, tick, budget, money left, conversions and flags of each.
    public var rows: [[String]] {
      get throws {
        try summaries.map { campaign in
          let state = campaign.state
          return [
            campaign.model, campaign.id, "\(campaign.version)", campaign.isEnded ? "ended" : "\(state.tick)",
            String(format: "%.2f", state.totalBudget), String(format: "%.2f", state.budgetLeft),
            String(format: "%.1f", state.totals.reduce(0) { $0 + $1.conversions }),
            (state.decision?.flags ?? []).map(\.rawValue).joined(separator: " "),
          ]
        }
      }
    }

    /// The journals of the campaigns of an id, one event a line, in their order.
    ///
    /// - Throws: `InputError` where there is no such campaign.
    public func journal(of id: String) throws -> [JSONValue] {
      try stored(id).flatMap { campaign in
        try file.events(ofRow: campaign.row).map { event in
          [
            "model": .string(campaign.model), "id": .string(campaign.sequence),
            "version": JSONValue(campaign.version),
            "event": try JSONValue(parsing: try JSONEncoder().encode(event)),
          ]
        }
      }
    }

    /// Ends the running campaigns of an id.
    ///
    /// - Throws: `InputError` where there is no such campaign.
    public func end(_ id: String) throws {
      _ = try file.commit(
        try stored(id).filter { !$0.isEnded }.map {
          CampaignFile.Change(
            row: $0.row, model: $0.model, sequence: $0.sequence, version: $0.version, state: $0.state,
            isEnded: true,
            events: [])
        })
    }

    /// The campaigns of an id: a number, or a text with its quotes or without.
    private func stored(_ id: String) throws -> [CampaignFile.Stored] {
      let found = try file.campaigns().filter {
        $0.sequence == id || $0.sequence == JSONValue.string(id).text()
      }
      guard !found.isEmpty else {
        throw InputError(
          .invalid, key: id, problem: "is no campaign of the file", remedy: "`apportion campaigns` lists them"
        )
      }
      return found
    }
  }
#endif
