import Foundation
import LinearAlgebra

/// One episode of a campaign: where it stands in the log, its money, and what is known of its creatives.
public struct PlacementState: Sendable {
  /// The episode's own chance; what is drawn from it does not depend on what is played.
  var chance: RandomStream
  /// The first auction of the log.
  var first: Int
  /// Auctions that are over.
  public internal(set) var step = 0
  /// Money left.
  public internal(set) var budget: Int
  /// Segments × creatives: the true effects, which nobody sees.
  var effects: [Float]
  /// What is believed of them.
  var beliefs: CreativeBeliefs
  /// Clicks that are not yet reported.
  var pending: [PendingClick] = []
  /// Impressions by visitor; empty without a cap.
  var impressionsByVisitor: [UInt8]
  /// Who the auction at hand is about.
  package internal(set) var visitor = 0
  /// Auctions won.
  public internal(set) var impressions = 0
  /// Clicks drawn.
  public internal(set) var clicks = 0
  /// The chances of a click of what was won.
  public internal(set) var value = 0.0

  struct PendingClick: Sendable {
    var due: Int
    var segment: Int
    var creative: Int
  }
}

extension PlacementMarket {
  /// Begins an episode at an auction drawn at random, with effects of its own.
  public func makeState(stream: inout RandomStream) -> PlacementState {
    let creatives = placement.creatives
    var chance = RandomStream(seed: stream.next(), purpose: .episode)
    let first = chance.integer(below: log.count - rules.auctions + 1)
    let spread = Float(creatives.spread)
    let effects = (0..<creatives.segments * creatives.names.count).map { cell in
      let mean = Float(creatives.effects[cell % creatives.names.count])
      return spread > 0 ? mean * exp(spread * chance.normal() - spread * spread / 2) : mean
    }
    var state = PlacementState(
      chance: chance, first: first, budget: rules.budget, effects: effects,
      beliefs: placement.priorBeliefs,
      impressionsByVisitor: Array(repeating: 0, count: placement.frequency?.visitors ?? 0))
    meet(&state)
    return state
  }

  /// Draws the visitor of the auction at hand.
  private func meet(_ state: inout PlacementState) {
    if let frequency = placement.frequency {
      state.visitor = state.chance.integer(below: frequency.visitors)
    }
  }

  /// The auction at hand.
  func auction(_ state: PlacementState) -> Int { state.first + min(state.step, rules.auctions - 1) }

  /// Auctions left, the one at hand among them.
  func auctionsLeft(_ state: PlacementState) -> Int { max(1, rules.auctions - state.step) }

  /// Whether the visitor at hand may be shown something.
  func isAllowed(_ state: PlacementState) -> Bool {
    guard let frequency = placement.frequency else { return true }
    return Int(state.impressionsByVisitor[state.visitor]) < frequency.cap
  }

  /// The believed chance of a click with a creative, at the history's level.
  func believedValue(_ state: PlacementState, creative: Int) -> Double {
    let auction = auction(state)
    let mean = state.beliefs.mean(segment: Int(segments[auction]), creative: creative, at: state.step)
    return log.values[auction] * scales[auction] * Double(mean)
  }

  /// The creative with the highest believed effect, and its value.
  func bestCreative(_ state: PlacementState) -> (creative: Int, value: Double) {
    (0..<placement.creatives.names.count).map { ($0, believedValue(state, creative: $0)) }
      .max { $0.1 < $1.1 } ?? (0, 0)
  }

  /// Plays the auction at hand. Returns the chance of a click that was bought, 0 where the auction was lost.
  public func play(_ state: inout PlacementState, bid: Int, creative: Int) -> Double {
    let auction = auction(state)
    let segment = Int(segments[auction])
    let price = Int(log.prices[auction])
    let offered = min(bid, state.budget, rules.highestBid)
    // Drawn whether won or lost, so that all strategies meet the same luck.
    let luck = Double(state.chance.uniform())
    let wait = state.chance.uniform()
    var bought = 0.0
    if offered > 0, offered >= price, isAllowed(state) {
      let rate = log.values[auction]
      let effect = state.effects[segment * placement.creatives.names.count + creative]
      bought = min(1, rate * Double(effect))
      state.budget -= rules.pricing == .secondPrice ? price : offered
      state.impressions += 1
      state.value += bought
      if placement.frequency != nil { state.impressionsByVisitor[state.visitor] += 1 }
      if placement.creatives.names.count > 1 {
        state.beliefs.show(segment: segment, creative: creative, rate: Float(rate), at: state.step)
      }
      state.clicks += luck < bought ? 1 : 0
      // With nothing to choose, nothing is to be learned of effects.
      if luck < bought, placement.creatives.names.count > 1 {
        let delay = -placement.clickDelay * Double(log1p(-wait))
        state.pending.append(.init(due: state.step + Int(delay), segment: segment, creative: creative))
      }
    }
    let now = state.step
    for click in state.pending where click.due <= now {
      state.beliefs.click(segment: click.segment, creative: click.creative)
    }
    state.pending.removeAll { $0.due <= now }
    state.step += 1
    meet(&state)
    return bought
  }

  /// The most that an episode's money could have bought, prices and effects known and no visitor capped.
  public func clairvoyantValue(_ state: PlacementState) -> Double {
    let range = state.first..<state.first + rules.auctions
    let count = placement.creatives.names.count
    let values = range.map { auction in
      let segment = Int(segments[auction])
      let effect = state.effects[segment * count..<(segment + 1) * count].max() ?? 1
      return min(1, log.values[auction] * Double(effect))
    }
    let part = AuctionLog(
      clicks: Array(log.clicks[range]), prices: Array(log.prices[range]), values: values)
    return clairvoyantOptimum(part, rules).reduce(0, +)
  }
}
