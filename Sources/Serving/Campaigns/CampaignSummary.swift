#if Serving
  import Budgets
  import Documents
  import Foundation

  /// What lists say of a stored campaign.
  struct CampaignSummary {
    let row: Int64
    let id: String
    let model: String
    let version: Int
    let state: CampaignState
    let isEnded: Bool

    /// - Throws: `InputError` where an earlier program wrote the campaign in another form.
    init(_ stored: CampaignFile.Stored) throws {
      do { state = try JSONDecoder().decode(CampaignState.self, from: stored.state) } catch {
        throw InputError(
          .invalid, key: stored.sequence, problem: "was written by an earlier version of the program",
          remedy: "show the campaign's next results to `apportion serve`, which reads it from its journal")
      }
      (row, id, model) = (stored.row, stored.sequence, stored.model)
      (version, isEnded) = (stored.version, stored.isEnded)
    }

    init(_ record: CampaignRecord, row: Int64, of key: CampaignKey) {
      (self.row, id, model) = (row, key.sequence, key.model)
      (version, state, isEnded) = (record.version, record.campaign.state, record.isEnded)
    }

    /// The campaign as a document.
    var json: JSONValue {
      // The id as JSON spells it: a number, or a text in quotes.
      let spelled = (try? JSONValue(parsing: id.utf8)) ?? .string(id)
      return [
        "id": spelled, "model": .string(model), "version": JSONValue(version),
        "tick": JSONValue(isEnded ? -1 : state.tick), "ended": .boolean(isEnded),
        "budget": JSONValue(state.totalBudget), "budget_left": JSONValue(state.budgetLeft),
        "conversions": JSONValue(state.totals.reduce(0) { $0 + $1.conversions }),
        "fallbacks": JSONValue(state.fallbacks),
        "flags": .array((state.decision?.flags ?? []).map { .string($0.rawValue) }),
      ]
    }
  }
#endif
