import Environments
import Foundation
import LinearAlgebra

/// A campaign as a problem to learn: in each auction a bid, as a multiple of the programme's own, and, where there are
/// several, a creative.
///
/// A step pays the chance of a click that was bought. What is seen: time and money left, the auction's predicted rate, the
/// worth of money, what is believed of each creative, and, as a prior, what each choice is expected to gain by the programme.
public struct PlacementEnvironment: ScalarEnvironment {
  /// The auctions and what is known of them.
  public let market: PlacementMarket
  /// Whether a step also tells what the programme's own bid and creative would have led to with the same luck.
  public let hasCounterfactual: Bool

  /// Plays on a campaign's history, or on the auctions after it.
  public init(_ market: PlacementMarket, hasCounterfactual: Bool = false) {
    self.market = market
    self.hasCounterfactual = hasCounterfactual
  }

  private var placement: Placement { market.placement }
  private var creatives: Int { placement.creatives.names.count }
  private var hasChoice: Bool { creatives > 1 }

  /// A bid, and a creative where there are several.
  public var actionSpace: ActionSpace {
    ActionSpace(branchSizes: [placement.bids.count] + (hasChoice ? [creatives] : []))
  }

  /// Named columns, the programme's prior, and a mask where visitors are capped.
  public var observationLayout: ObservationLayout {
    var names = ["auctions_left", "budget_left", "log_value", "log_money_price"]
    if hasChoice {
      names += placement.creatives.names.map { "effect_\($0)" }
      names += placement.creatives.names.map { "deviation_\($0)" }
      if placement.creatives.segments > 1 {
        names += (0..<placement.creatives.segments).map { "segment_\($0)" }
      }
    }
    let choices = placement.bids.map { "bid_\($0)" } + (hasChoice ? placement.creatives.names : [])
    let prior = names.count..<names.count + 1 + choices.count
    names += ["prior_value"] + choices.map { "prior_\($0)" }
    var mask: Range<Int>?
    if placement.frequency != nil {
      mask = names.count..<names.count + choices.count
      names += choices.map { "allowed_\($0)" }
    }
    return ObservationLayout(names: names, prior: prior, mask: mask)
  }

  /// Some 200 ns a lookup of the programme.
  public var nanosecondsPerStep: Int { 800 }
  /// The campaign's name.
  public var metadata: [String: String] { ["environment": "auctions \(placement.name)"] }
  /// As long as an episode.
  public var timeLimit: Int? { nil }

  /// An episode from an auction drawn at random.
  public func makeState(stream: inout RandomStream) -> PlacementState { market.makeState(stream: &stream) }

  /// Writes the columns of `observationLayout`.
  public func observe(_ state: PlacementState, into row: inout MutableSpan<Float>) {
    let (left, budget) = (market.auctionsLeft(state), state.budget)
    let (best, value) = market.bestCreative(state)
    let base = market.bid(value: value, auctionsLeft: left, budget: budget)
    let moneyPrice = market.moneyPrice(auctionsLeft: left, budget: budget, reach: base)
    var column = 0
    func write(_ number: Double, _ row: inout MutableSpan<Float>) {
      row[column] = Float(number)
      column += 1
    }
    write(Double(left) / Double(market.rules.auctions), &row)
    write(Double(budget) / Double(market.rules.budget), &row)
    write(log(max(value, 1e-9) / market.known.meanValue), &row)
    write(log(max(moneyPrice * market.known.meanPrice / market.known.meanValue, 1e-3)), &row)
    let segment = Int(market.segments[market.auction(state)])
    if hasChoice {
      for creative in 0..<creatives {
        write(log(Double(state.beliefs.mean(segment: segment, creative: creative, at: state.step))), &row)
      }
      for creative in 0..<creatives {
        write(Double(state.beliefs.deviation(segment: segment, creative: creative, at: state.step)), &row)
      }
      if placement.creatives.segments > 1 {
        for place in 0..<placement.creatives.segments { write(place == segment ? 1 : 0, &row) }
      }
    }
    write(market.value(auctionsLeft: left, budget: budget), &row)
    let allowed = market.isAllowed(state)
    func gain(_ multiple: Double) -> Double {
      market.gain(of: scaled(base, multiple, budget), value: value, moneyPrice: moneyPrice)
    }
    let top = placement.bids.reduce(-Double.infinity) { max($0, gain($1)) }
    for multiple in placement.bids { write(gain(multiple) - top, &row) }
    if hasChoice {
      let win = market.prospects(of: base).win
      for creative in 0..<creatives {
        write(creative == best ? 0 : win * (market.believedValue(state, creative: creative) - value), &row)
      }
    }
    if placement.frequency != nil {
      for multiple in placement.bids { write(allowed || multiple == 0 ? 1 : 0, &row) }
      if hasChoice { for _ in 0..<creatives { write(1, &row) } }
    }
  }

  private func scaled(_ base: Int, _ multiple: Double, _ budget: Int) -> Int {
    min(Int(Double(base) * multiple), budget, market.rules.highestBid)
  }

  /// What a choice of the first branch bids in the auction at hand.
  func bid(_ state: PlacementState, choice: Int) -> Int {
    let value = market.bestCreative(state).value
    let base = market.bid(value: value, auctionsLeft: market.auctionsLeft(state), budget: state.budget)
    return scaled(base, placement.bids[choice], state.budget)
  }

  /// The bid nearest to the programme's own, and the creative believed best.
  public func writeReference(_ state: PlacementState, into action: inout MutableSpan<Int32>) {
    let nearest = placement.bids.indices.min { abs(placement.bids[$0] - 1) < abs(placement.bids[$1] - 1) }
    action[0] = Int32(truncatingIfNeeded: nearest ?? 0)
    if hasChoice { action[1] = Int32(truncatingIfNeeded: market.bestCreative(state).creative) }
  }

  /// Plays one auction.
  public func step(
    _ state: inout PlacementState, action: Span<Int32>, stream: inout RandomStream
  ) -> ScalarStep {
    let bid = bid(state, choice: Int(action[0]))
    let bought = market.play(&state, bid: bid, creative: hasChoice ? Int(action[1]) : 0)
    return ScalarStep(reward: Float(bought), terminated: state.step >= market.rules.auctions)
  }
}
