import LinearAlgebra

/// What a winner pays.
public enum PricingRule: String, Sendable, CaseIterable {
  /// The market price.
  case secondPrice = "second-price"
  /// The bid.
  case firstPrice = "first-price"
}

/// How a log is cut into episodes and what a bid may be.
public struct ReplayRules: Sendable, Equatable {
  /// Auctions of an episode.
  public var auctions: Int
  /// Money of an episode, in whole units.
  public var budget: Int
  /// The highest bid.
  public var highestBid: Int
  /// What a winner pays.
  public var pricing: PricingRule

  /// Creates rules.
  public init(
    auctions: Int = 1000, budget: Int, highestBid: Int = 300, pricing: PricingRule = .secondPrice
  ) {
    precondition(auctions > 0, "An episode needs at least one auction, not \(auctions).")
    precondition(budget >= 0 && highestBid >= 0, "Neither a budget nor a highest bid is below 0.")
    self.auctions = auctions
    self.budget = budget
    self.highestBid = highestBid
    self.pricing = pricing
  }

  /// The published protocol: a budget of `share` of what winning every auction of an episode costs on the average.
  public static func share(_ share: Double, of totals: AuctionTotals, auctions: Int = 1000) -> ReplayRules {
    ReplayRules(auctions: auctions, budget: Int(totals.meanPrice * share * Double(auctions)))
  }
}

/// What a bidder won of a log.
public struct ReplayOutcome: Sendable, Equatable {
  /// Auctions bid in.
  public var auctions = 0
  /// Auctions won.
  public var impressions = 0
  /// Clicks on what was won.
  public var clicks = 0
  /// Money spent.
  public var cost = 0
  /// The sum of predicted click rates of what was won.
  public var value = 0.0

  /// Nothing yet.
  public init() {}

  /// Adds another part's outcome.
  package static func += (sum: inout ReplayOutcome, part: ReplayOutcome) {
    sum.auctions += part.auctions
    sum.impressions += part.impressions
    sum.clicks += part.clicks
    sum.cost += part.cost
    sum.value += part.value
  }
}

extension AuctionLog {
  /// Plays a bidder on the log, episode after episode, each with a budget of its own. O(auctions).
  ///
  /// - Parameters:
  ///   - bidder: bids; begins as given, and carries what it observes from episode to episode.
  ///   - rules: episodes, budget and pricing.
  public func replay<B: Bidder>(_ bidder: B, _ rules: ReplayRules) -> ReplayOutcome {
    replay(bidder, rules, episodes: 0..<episodeCount(rules))
  }

  /// The same by several threads, a contiguous run of episodes each, for bidders that carry nothing from episode to
  /// episode; others begin anew in every run.
  public func replay<B: Bidder>(_ bidder: B, _ rules: ReplayRules, threads: Int) -> ReplayOutcome {
    precondition(threads > 0, "A replay needs at least one thread, not \(threads).")
    let episodes = episodeCount(rules)
    return concurrentMap(count: threads) { part in
      replay(bidder, rules, episodes: episodes * part / threads..<episodes * (part + 1) / threads)
    }.reduce(into: ReplayOutcome()) { $0 += $1 }
  }

  /// Episodes of the log, the last of which may be short.
  func episodeCount(_ rules: ReplayRules) -> Int { (count + rules.auctions - 1) / rules.auctions }

  private func replay<B: Bidder>(_ bidder: B, _ rules: ReplayRules, episodes: Range<Int>) -> ReplayOutcome {
    var bidder = bidder
    var outcome = ReplayOutcome()
    prices.withUnsafeBufferPointer { prices in
      values.withUnsafeBufferPointer { values in
        clicks.withUnsafeBufferPointer { clicks in
          for episode in episodes {
            var budget = rules.budget
            let first = episode * rules.auctions
            let end = min(first + rules.auctions, prices.count)
            for auction in first..<end {
              let price = Int(prices[auction])
              let value = values[auction]
              let left = rules.auctions - (auction - first)
              if price <= min(budget, rules.highestBid) {
                var paid = price
                var won = false
                switch rules.pricing {
                case .secondPrice:
                  won = bidder.outbids(price: price, value: value, auctionsLeft: left, budgetLeft: budget)
                case .firstPrice:
                  paid = min(
                    bidder.bid(value: value, auctionsLeft: left, budgetLeft: budget), budget, rules.highestBid
                  )
                  won = paid >= price
                }
                if won {
                  budget -= paid
                  outcome.impressions += 1
                  outcome.clicks += clicks[auction] ? 1 : 0
                  outcome.cost += paid
                  outcome.value += value
                }
              }
              bidder.observe(value: value)
            }
            outcome.auctions += max(0, end - first)
          }
        }
      }
    }
    return outcome
  }
}
