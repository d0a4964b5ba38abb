import LinearAlgebra

/// The beliefs of every lane about every channel, kept up from what each tick showed.
final class BeliefTracker {
  let models: [ChannelModel]
  let laneCount: Int
  /// Lanes × channels.
  let beliefs: UnsafeMutablePointer<ChannelBelief>
  /// By channel: what is believed of the curves that it may have; nil where it has one. Empty where no channel has any.
  let curves: [CurveBeliefs?]
  private let prior: ChannelBelief
  private let market: Market

  init(market: Market, models: [ChannelModel], laneCount: Int) {
    self.market = market
    self.models = models
    self.laneCount = laneCount
    prior = ChannelBelief(drift: market.drift, randomization: market.randomization)
    let sets = models.map { CurveBeliefs($0, market: market, laneCount: laneCount) }
    curves = sets.contains { $0 != nil } ? sets : []
    beliefs = .allocate(capacity: laneCount * models.count)
    beliefs.initialize(repeating: prior, count: laneCount * models.count)
  }

  deinit { beliefs.deallocate() }

  /// The beliefs of one lane, one per channel.
  func lane(_ lane: Int) -> UnsafeMutablePointer<ChannelBelief> { beliefs + lane * models.count }

  /// How many numbers the beliefs of one lane have, but for those of curves.
  private var ownCount: Int { ChannelBelief.numberCount * models.count }
  /// How many numbers the beliefs of one lane have.
  var numberCount: Int { ownCount + curves.reduce(0) { $0 + ($1?.numberCount ?? 0) } }

  /// Writes the numbers of the first lane's beliefs, channel after channel, then those of curves.
  func write(into numbers: UnsafeMutablePointer<Float>) {
    beliefs.withMemoryRebound(to: Float.self, capacity: ownCount) {
      numbers.update(from: $0, count: ownCount)
    }
    var place = numbers + ownCount
    for case let set? in curves {
      for number in set.numbers {
        place.pointee = number
        place += 1
      }
    }
  }

  /// Takes over what was written.
  func read(_ numbers: UnsafePointer<Float>) {
    beliefs.withMemoryRebound(to: Float.self, capacity: ownCount) {
      $0.update(from: numbers, count: ownCount)
    }
    var first = numbers + ownCount
    for case let set? in curves {
      set.numbers = Array(UnsafeBufferPointer(start: first, count: set.numberCount))
      first += set.numberCount
    }
  }

  /// Forgets everything.
  func startEpisode() {
    beliefs.update(repeating: prior, count: laneCount * models.count)
    for case let set? in curves { set.startEpisode() }
  }

  /// Takes over the beliefs of as many lanes.
  func copy(from other: BeliefTracker) {
    beliefs.update(from: other.beliefs, count: laneCount * models.count)
    for case (let own?, let others?) in zip(curves, other.curves) { own.copy(from: others) }
  }

  /// Takes over what as many lanes believe of the factors of response channels, but not their stocks.
  func adoptResponses(from other: BeliefTracker) {
    for channel in models.indices where models[channel].response != nil {
      for lane in 0..<laneCount {
        let place = lane * models.count + channel
        beliefs[place].response = other.beliefs[place].response
      }
    }
    for case (let own?, let others?) in zip(curves, other.curves) { own.adoptWeights(from: others) }
  }

  /// Takes in the tick just played, then moves to the next.
  func observe(_ console: AdvertiserConsole) {
    let channels = models.count
    let season = Float(market.season[console.tick - 1])
    for channel in 0..<channels {
      let model = models[channel]
      let (wins, spend) = (console.values(.wins, channel), console.values(.spend, channel))
      let (clicks, outcome) = (console.values(.clicks, channel), console.values(.outcome, channel))
      let dueClicks = console.dueClicks(channel)
      let (levels, carryOver) = (console.values(.level, channel), console.values(.carryOver, channel))
      let set = curves.isEmpty ? nil : curves[channel]
      for lane in 0..<laneCount {
        let belief = beliefs + lane * channels + channel
        belief.pointee.observe(
          ChannelResult(
            wins: wins[lane], spend: spend[lane], clicks: clicks[lane], dueClicks: dueClicks[lane],
            outcome: outcome[lane]),
          bid: console.bids.map { $0[channel * laneCount + lane] } ?? model.ladder[Int(levels[lane])],
          model: model, season: season, stopped: console.mayHaveBeenStopped(lane: lane),
          carryOverAfter: carryOver[lane])
        belief.pointee.advance(market.drift)
        if let set {
          set.observe(lane: lane, spend: spend[lane], outcome: outcome[lane], season: season)
          set.advance(lane: lane, market.drift)
        }
      }
    }
  }
}
