import LinearAlgebra

/// Where campaigns of one market are worked on, one after the other: a console of one lane, carry-over, beliefs and plan.
///
/// A desk is laid out from a campaign's memory, moved on, and cleared into the memory again.
final class CampaignDesk {
  let planning: PlanningLanes
  private let market: Market
  private let unit: MoneyUnit
  private let base: Market
  private let player: (any CampaignPlayer)?
  /// Whether nobody else keeps the beliefs.
  private let believesItself: Bool
  /// The console's fields × channels, channels of bids, the money left, whether the last tick went on unhindered, and, where
  /// consoles are late, channels of due clicks.
  private let console: Matrix
  private let isReportedLate: Bool
  private let carryOvers: [CarryOver]
  private var levels: [Int32]

  private var channelCount: Int { market.channels.count }
  private var bids: UnsafeMutablePointer<Float> {
    console.pointer + AdvertiserConsole.Field.allCases.count * channelCount
  }
  private var remaining: UnsafeMutablePointer<Float> { bids + channelCount }
  private var unhindered: UnsafeMutablePointer<Float> { remaining + 1 }
  private var dueClicks: UnsafeMutablePointer<Float>? { isReportedLate ? unhindered + 1 : nil }

  /// Sets up a desk; `base` is the market before extensions, whose quantum money is counted by.
  init(
    market: Market, unit: MoneyUnit, base: Market, models: [ChannelModel], player: (any CampaignPlayer)?
  ) {
    self.market = market
    self.unit = unit
    self.base = base
    self.player = player
    let channels = market.channels.count
    isReportedLate = market.isReportedLate
    let rows = AdvertiserConsole.Field.allCases.count + (isReportedLate ? 2 : 1)
    console = Matrix(rows: 1, columns: rows * channels + 2)
    carryOvers = market.channels.map { CarryOver($0, delay: $0.delay, lanes: 1) }
    levels = [Int32](repeating: 0, count: channels)
    believesItself = player?.planning == nil
    planning = player?.planning ?? PlanningLanes(market: market, models: models, laneCount: 1)
  }

  private func field(_ field: AdvertiserConsole.Field, _ channel: Int) -> UnsafeMutablePointer<Float> {
    console.pointer + field.rawValue * channelCount + channel
  }

  private func view(tick: Int) -> AdvertiserConsole {
    AdvertiserConsole(
      tick: tick, laneCount: 1, channelCount: channelCount, fields: UnsafePointer(console.pointer),
      remaining: UnsafePointer(remaining), unhindered: UnsafePointer(unhindered), bids: UnsafePointer(bids),
      due: dueClicks.map { UnsafePointer($0) })
  }

  /// The memory of a campaign that begins.
  func blankMemory() -> CampaignMemory {
    console.pointer.update(repeating: 0, count: console.count)
    unhindered.pointee = 1
    for (channel, carryOver) in carryOvers.enumerated() { carryOver.restart(field(.carryOver, channel)) }
    planning.startEpisode()
    player?.observation.startEpisode(view(tick: 0))
    player?.numbers = []
    return memory
  }

  /// What is on the desk.
  var memory: CampaignMemory {
    get {
      CampaignMemory(
        planning: .init(planning.numbers), console: .init(console.elements),
        sums: .init((player?.observation as? AdvertiserObservation)?.numbers ?? []),
        stocks: carryOvers.map { .init($0.memory) }, player: .init(player?.numbers ?? []))
    }
    set {
      planning.numbers = newValue.planning.values
      for (index, number) in newValue.console.values.enumerated() { console.pointer[index] = number }
      (player?.observation as? AdvertiserObservation)?.numbers = newValue.sums.values
      for (carryOver, stock) in zip(carryOvers, newValue.stocks) { carryOver.memory = stock.values }
      player?.numbers = newValue.player.values
    }
  }

  /// Whether a memory is one of this desk's campaigns.
  func fits(_ memory: CampaignMemory) -> Bool {
    let own = self.memory
    let (remembered, known) = (own.player.values.count, memory.player.values.count)
    return own.planning.values.count == memory.planning.values.count
      && own.console.values.count == memory.console.values.count
      && own.sums.values.count == memory.sums.values.count
      && own.stocks.map(\.values.count) == memory.stocks.map(\.values.count)
      // Beliefs once stood there again.
      && (known == remembered || known == remembered + planning.tracker.numberCount)
  }

  /// Takes in a tick's results.
  ///
  /// - Parameters:
  ///   - results: possible ones.
  ///   - left: the money left before the tick, in units.
  func observe(_ results: TickResults, left: Int64) {
    var available = base.tickCap == nil ? money(left) : min(money(left), base.exactTickCap)
    var oneMore = base.leastLeftover
    for (index, shown) in results.channels.enumerated() {
      let channel = market.channels[index]
      let rung = channel.rung(paying: shown.bid)
      field(.level, index).pointee = rung.place
      bids[index] = rung.bid
      field(.wins, index).pointee = Float(shown.wins)
      field(.spend, index).pointee = Float(shown.spend)
      field(.clicks, index).pointee = Float(shown.clicks)
      field(.outcome, index).pointee = Float(shown.conversions)
      available -= Float(shown.spend)
      if case .auction(let auction) = channel.kind {
        let price = Float(auction.priceUnit) * rung.bid
        oneMore += price
      }
      carryOvers[index].add(
        wins: field(.wins, index), spend: field(.spend, index), into: field(.carryOver, index))
      if let dueClicks { carryOvers[index].add(clicks: field(.clicks, index), due: dueClicks + index) }
    }
    unhindered.pointee = available > oneMore ? 1 : 0
    let view = view(tick: results.tick + 1)
    if believesItself { planning.tracker.observe(view) }
    player?.observation.observe(view)
  }

  /// Money for planning: whole quanta of the market's simulation, none where nothing is left.
  private func money(_ left: Int64) -> Float { Float(max(left, 0) / unit.quantum) * base.moneyQuantum }

  /// Chooses what to do in a tick and forecasts what it costs and brings; plans the rest of the campaign where that is needed.
  func decide(tick: Int, left: Int64, paused: [Bool]) -> CampaignDecision {
    remaining.pointee = money(left)
    planning.paused = paused
    player?.paused = paused
    let view = view(tick: tick)
    let fallback = levels.withUnsafeMutableBufferPointer { levels -> CampaignDecision.Flag? in
      guard let player, let first = levels.baseAddress else { return nil }
      return player.choose(view, levels: first)
    }
    let planner = planning.planner
    if player?.plans != true {
      // The plan is asked for its levels or its price of money, or else for forecasts alone.
      if fallback != nil || player?.moneyPrice == nil {
        planning.plan(view, lane: 0)
      } else {
        planning.forecast(tick: tick, lane: 0)
      }
    }
    if player == nil || fallback != nil {
      for channel in levels.indices { levels[channel] = Int32(planner.level(channel: channel)) }
    }
    let price = fallback == nil ? player?.moneyPrice : nil
    var flags = [fallback].compactMap { $0 }
    if paused.contains(true) { flags.append(.paused) }
    if left < 0 { flags.append(.overspent) }
    return limited(
      CampaignDecision(
        tick: tick, moneyPrice: price ?? Double(planner.multiplier), budgetLeft: unit.amount(of: left),
        channels: levels.indices.map { channel(at: $0, isPaused: paused[$0]) }, flags: flags),
      left: left)
  }

  private func channel(at index: Int, isPaused: Bool) -> CampaignDecision.Channel {
    let (channel, level) = (market.channels[index], Int(levels[index]))
    let planner = planning.planner
    return CampaignDecision.Channel(
      name: channel.name, level: isPaused ? 0 : level, bid: isPaused ? 0 : channel.money(level: level),
      expectedSpend: isPaused ? 0 : Double(planner.cost(channel: index, level: level)),
      expectedOutcome: isPaused ? 0 : Double(planner.outcome(channel: index, level: level)), spendLimit: 0)
  }

  /// Keeps a decision to the money that the tick may spend, as the simulation does: what response channels spend is cut in
  /// proportion, auctions are stopped at limits.
  private func limited(_ decision: CampaignDecision, left: Int64) -> CampaignDecision {
    var decision = decision
    let cap = base.tickCap.flatMap { unit.count(of: $0) } ?? .max
    let available = min(max(left, 0), cap)
    let wanted = decision.channels.reduce(0) { $0 + $1.expectedSpend }
    let share = wanted > 0 ? unit.amount(of: available) / wanted : 0
    if wanted > 0, share < 1 { decision.flags.append(.limitedByMoney) }
    for index in decision.channels.indices {
      // Rounded down, so that the sum is no more than there is.
      let part = wanted > 0 ? decision.channels[index].expectedSpend / wanted : 0
      let limit = unit.amount(of: Int64((Double(available) * part * (1 - 1e-12)).rounded(.down)))
      decision.channels[index].spendLimit = limit
      if share < 1 {
        decision.channels[index].expectedSpend *= share
        decision.channels[index].expectedOutcome *= share
      }
      if case .response = market.channels[index].kind {
        decision.channels[index].bid = min(decision.channels[index].bid, limit)
      } else if available < unit.quantum {
        decision.channels[index].bid = 0
      }
    }
    return decision
  }
}
