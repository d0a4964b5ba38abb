import Documents

extension SpendProblem {
  /// What is to be planned in a market of response channels.
  ///
  /// - Throws: `InputError` where the constraints contradict each other, or where a channel bids in auctions.
  init(market: Market, constraints: PlanConstraints) throws(InputError) {
    let names = market.channels.map(\.name)
    try constraints.check(names: names)
    let ticks = market.ticks
    var channels: [Channel] = []
    for (index, channel) in market.channels.enumerated() {
      guard case .response(let response) = channel.kind else {
        throw InputError(
          .invalid, key: channel.name,
          problem: "bids in auctions, whose plans are levels, not amounts of money",
          remedy: "play it with `evaluate`, whose static and replan strategies plan it")
      }
      let ladder = channel.levels
      let schedule = channel.currentSchedule(ticks: ticks)
      var perTick = [ClosedRange<Double>](repeating: (ladder.first ?? 0)...(ladder.last ?? 0), count: ticks)
      if constraints.frozen.contains(channel.name) {
        guard let schedule else {
          throw InputError(
            .invalid, key: "frozen.\(channel.name)", problem: "keeps a schedule that is not known",
            remedy: "give the channel's recent spends, or limits in money")
        }
        perTick = schedule.map { $0...$0 }
      } else if let wanted = constraints.tickLimits[channel.name] {
        perTick = try perTick.map { possible throws(InputError) in
          try constraints.within(possible, .money(wanted), current: nil, key: "tick limits.\(channel.name)")
        }
      }
      let possible = perTick.reduce(0) { $0 + $1.lowerBound }...perTick.reduce(0) { $0 + $1.upperBound }
      let worth = market.objective == .conversions ? 1 : response.valuePerOutcome
      channels.append(
        Channel(
          name: channel.name, curve: SaturationCurve(response.saturation), adstock: response.adstock,
          weights: market.season.map { $0 * worth }, recent: response.recent, tickLimits: perTick,
          limits: try constraints.range(
            of: channel.name, current: schedule?.reduce(0, +), within: possible),
          group: constraints.groups.firstIndex { $0.names.contains(names[index]) }))
    }
    self.channels = channels
    var groups: [Group] = []
    for group in constraints.groups {
      let members = group.names.compactMap { names.firstIndex(of: $0) }
      let possible =
        members.reduce(0) {
          $0 + channels[$1].limits.lowerBound
        }...members.reduce(0) { $0 + channels[$1].limits.upperBound }
      let currents = members.compactMap { market.channels[$0].currentSchedule(ticks: ticks)?.reduce(0, +) }
      groups.append(
        Group(
          members: members,
          limits: try constraints.within(
            possible, group.limit, current: currents.count == members.count ? currents.reduce(0, +) : nil,
            key: "limits.\(group.names.joined(separator: "+"))")))
    }
    self.groups = groups
    self.ticks = ticks
    let cap = constraints.tickCap ?? market.tickCap
    tickCap = cap
    moneyWeight = market.objective == .profit ? 1 : 0
    let wanted = constraints.budget ?? market.budget
    budget = min(wanted, cap.map { $0 * Double(ticks) } ?? .infinity)
    guard leastSpend <= budget * (1 + 1e-9) else {
      throw InputError(
        .invalid, key: "budget",
        problem: "is \(budget) over all ticks, and the lower limits alone cost \(leastSpend)",
        remedy: "raise the budget or the cap, or lower the limits")
    }
  }
}

extension MediaChannel {
  /// Money by tick if the last ticks before the episode were repeated; nil where those are not known.
  func currentSchedule(ticks: Int) -> [Double]? {
    guard case .response(let response) = kind, !response.recent.isEmpty else { return nil }
    let last = response.recent.suffix(ticks)
    return (0..<ticks).map { last[last.startIndex + $0 % last.count] }
  }
}
