import Learning
import LinearAlgebra

/// A strategy that a policy is set beside: what it bids and shows in one auction.
public struct PlacementStrategy: Sendable {
  /// Its name.
  public let name: String
  /// A bid and a creative, by the episode so far; chance of its own from the stream.
  let act: @Sendable (PlacementMarket, PlacementState, inout RandomStream) -> (bid: Int, creative: Int)
}

extension PlacementMarket {
  /// What is done without learning online: bids in proportion to the rate, RLB, and the exact programme; with several
  /// creatives, the programme with each of them fixed, with the one that is believed best, and with the one that a posterior
  /// draw likes best.
  public var strategies: [PlacementStrategy] {
    let history = placement.history
    let totals = history.totals
    let names = placement.creatives.names
    func bidder<B: Bidder>(_ name: String, _ bidder: B) -> PlacementStrategy {
      PlacementStrategy(name: name) { market, state, _ in
        let value = market.log.values[market.auction(state)]
        return (
          bidder.bid(value: value, auctionsLeft: market.auctionsLeft(state), budgetLeft: state.budget), 0
        )
      }
    }
    let rate = max(totals.clickRate, 1 / Double(history.count))
    var rules = rules
    rules.pricing = .secondPrice
    var found = [
      bidder("lin", LinearBidder.tuned(on: history, rules, baseRate: rate).bidder),
      bidder(
        "ortb",
        ConcaveBidder.tuned(
          on: history, landscape: PriceLandscape(history, highestPrice: rules.highestBid), rules)),
      bidder(
        "rlb",
        ValueBidder(
          BudgetValues(
            AuctionSample(
              landscape: PriceLandscape(history, highestPrice: rules.highestBid, smoothing: 0), value: rate),
            auctions: rules.auctions, budget: rules.budget, resolution: 2048, highestBid: rules.highestBid),
          highestBid: rules.highestBid)),
    ]
    for (creative, name) in names.enumerated() {
      found.append(
        PlacementStrategy(name: names.count == 1 ? "programme" : "programme, \(name)") { market, state, _ in
          let auction = market.auction(state)
          let value =
            market.log.values[auction] * market.scales[auction] * market.placement.creatives.effects[creative]
          return (
            market.bid(value: value, auctionsLeft: market.auctionsLeft(state), budget: state.budget), creative
          )
        })
    }
    if names.count > 1 {
      found.append(
        PlacementStrategy(name: "programme, believed best") { market, state, _ in
          let (creative, value) = market.bestCreative(state)
          return (
            market.bid(value: value, auctionsLeft: market.auctionsLeft(state), budget: state.budget), creative
          )
        })
      found.append(
        PlacementStrategy(name: "programme, Thompson") { market, state, stream in
          let segment = Int(market.segments[market.auction(state)])
          var (chosen, most) = (0, -Float.infinity)
          for creative in 0..<market.placement.creatives.names.count {
            let draw = state.beliefs.draw(
              segment: segment, creative: creative, at: state.step, stream: &stream)
            if draw > most { (chosen, most) = (creative, draw) }
          }
          let value = market.believedValue(state, creative: chosen)
          return (
            market.bid(value: value, auctionsLeft: market.auctionsLeft(state), budget: state.budget), chosen
          )
        })
    }
    return found
  }

  /// What a strategy won in each of so many episodes, the same ones as `evaluate` plays with this seed.
  public func episodes(of strategy: PlacementStrategy, episodes: Int, seed: UInt64) -> [PlacementState] {
    var stream = RandomStream(seed: seed, purpose: .exploration)
    return states(episodes: episodes, seed: seed).map { start in
      var state = start
      while state.step < rules.auctions {
        let (bid, creative) = strategy.act(self, state, &stream)
        _ = play(&state, bid: bid, creative: creative)
      }
      return state
    }
  }

  /// The episodes that `evaluate` plays with this seed, as they begin.
  public func states(episodes: Int, seed: UInt64) -> [PlacementState] {
    let lanes = min(1024, episodes)
    var streams = (0..<lanes).map {
      RandomStream(seed: evaluationSeed(seed), purpose: .episode, lane: $0)
    }
    // A lane is begun once when it is made, and once more when it is reset.
    for lane in 0..<lanes { _ = makeState(stream: &streams[lane]) }
    return (0..<episodes).map { makeState(stream: &streams[$0 % lanes]) }
  }
}
