#if Serving
  import Synchronization

  /// What the metrics count of a server's campaigns.
  final class CampaignTally: Sendable {
    /// The counts.
    struct Counters: Sendable {
      var requests = 0
      var decisions = 0
      var corrections = 0
      var fallbacks = 0
      var failures = 0
      var commits = 0
    }

    private let counts = Mutex(Counters())

    /// The numbers as they stand.
    var counters: Counters { counts.withLock { $0 } }

    /// Counts a turn and its replies.
    func add(_ turn: CampaignTurn, _ replies: [Result<HTTPReply, any Error>]) {
      counts.withLock { counts in
        counts.corrections += turn.corrections
        counts.fallbacks += turn.fallbacks
        for reply in replies {
          counts.requests += 1
          if case .failure = reply { counts.failures += 1 } else { counts.decisions += 1 }
        }
      }
    }

    /// Counts a transaction.
    func addCommit() { counts.withLock { $0.commits += 1 } }
  }
#endif
