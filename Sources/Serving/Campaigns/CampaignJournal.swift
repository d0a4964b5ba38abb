#if Serving
  import Budgets
  import Documents
  import Foundation

  /// What a file's campaigns of one market showed, tick by tick. A server may be using the file.
  ///
  /// ```swift
  /// let journal = try CampaignJournal("campaigns.sqlite")
  /// let calibration = try JournalCalibration(journal.campaigns, market: journal.market)
  /// ```
  public struct CampaignJournal {
    /// The market that the campaigns ran in.
    public let market: Market
    /// The campaigns, in the order in which they began.
    public let campaigns: [PlayedCampaign]

    /// What is read of a state, whatever program wrote it.
    private struct InMarket: Decodable {
      let market: String
    }

    /// Reads the campaigns of a market.
    ///
    /// - Parameter market: the market; nil for the one that all campaigns of the file ran in.
    /// - Throws: `InputError` where there is no file, or it cannot be read, where there is no
    ///   campaign of the market, or where it is not clear which market is meant.
    public init(_ path: String, market given: Market? = nil) throws {
      let file = try CampaignFile(reading: path)
      let stored = try file.campaigns().map { campaign in
        (campaign, digest: try JSONDecoder().decode(InMarket.self, from: campaign.state).market)
      }
      func error(_ problem: String, _ remedy: String) -> InputError {
        InputError(.invalid, file: path, problem: problem, remedy: remedy)
      }
      guard !stored.isEmpty else {
        throw error("holds no campaign", "name the file that `apportion serve --state` keeps campaigns in")
      }
      let digests = Set(stored.map(\.digest))
      let models = Set(stored.map(\.0.model)).sorted().joined(separator: ", ")
      let digest: String
      if let given {
        digest = given.digest
        guard digests.contains(digest) else {
          throw error(
            "holds no campaign of the market '\(given.name)'; its campaigns are of \(models)",
            "name the market that these were published with, or leave --market out")
        }
        market = given
      } else {
        guard digests.count == 1, let only = digests.first else {
          throw error(
            "holds campaigns of \(digests.count) markets: of \(models)", "say by --market which one is meant")
        }
        digest = only
        guard let description = try file.market(digest: only) else {
          throw error(
            "does not say what market its campaigns ran in: they began before files did",
            "name it by --market: market.yaml beside the policy that was published")
        }
        market = try Market(yaml: description, file: path)
      }
      let market = market
      campaigns = try stored.filter { $0.digest == digest }.map {
        PlayedCampaign(try file.events(ofRow: $0.0.row), market: market)
      }
    }
  }
#endif
