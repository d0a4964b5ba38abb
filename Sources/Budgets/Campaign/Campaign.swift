/// One running campaign: what is known of it, what to do next, and what its console shows.
///
/// ```swift
/// let model = try CampaignModel(market: market, policy: policy)
/// var campaign = try Campaign(model)
/// while let decision = campaign.decide() {
///   let results = play(decision)            // half an hour later
///   try campaign.observe(results)
/// }
/// ```
/// A value: copies go their own ways. `state` is all there is to store; equal models make equal decisions of equal states.
/// It runs the code that training and evaluation ran, so a simulated episode fed through it is decided on alike, bit for bit.
public struct Campaign: Sendable {
  /// What the campaign shares with others.
  public let model: CampaignModel
  /// All that changes.
  public private(set) var state: CampaignState

  /// Begins a campaign.
  ///
  /// - Parameters:
  ///   - model: its market and policy.
  ///   - budget: the money to spend; nil for the market's budget.
  /// - Throws: `CampaignError` where the budget is no positive amount.
  public init(_ model: CampaignModel, budget: Double? = nil) throws(CampaignError) {
    self.model = model
    let channels = model.market.channels.count
    state = CampaignState(
      market: model.digest, paused: [Bool](repeating: false, count: channels),
      totals: [CampaignState.Totals](repeating: .init(), count: channels), unit: model.unit,
      budget: try Self.budget(budget ?? model.market.budget, of: model),
      memory: model.withDesk(extendedBy: []) { $0.blankMemory() })
    plan()
  }

  /// Takes up a campaign that was stored.
  ///
  /// - Throws: `CampaignError` of the kind `unfit` where the state is not one of the model's campaigns.
  public init(_ model: CampaignModel, state: CampaignState) throws(CampaignError) {
    let channels = model.market.channels.count
    guard state.market == model.digest else {
      throw .unfit(
        "market", "the campaign runs in another one", "open it with the model that it was begun with")
    }
    let ticks = model.market.ticks + state.addedTraffic.count
    guard state.paused.count == channels, state.totals.count == channels, (0...ticks).contains(state.tick),
      (state.decision == nil) == (state.tick == ticks),
      state.unit == model.unit, abs(state.budget) <= MoneyUnit.largestCount,
      model.withDesk(extendedBy: state.addedTraffic, { $0.fits(state.memory) })
    else {
      throw .unfit(
        "state", "it is damaged, or of another policy", "open it with the model that it was begun with")
    }
    self.model = model
    self.state = state
  }

  /// What to do in the next tick; nil once the campaign is over.
  public func decide() -> CampaignDecision? { state.decision }

  /// The number of ticks, extensions included.
  public var ticks: Int { model.market.ticks + state.addedTraffic.count }
  /// Whether all ticks were played.
  public var isOver: Bool { state.tick == ticks }
  /// The total to spend.
  public var budget: Double { state.totalBudget }
  /// The money left; negative where more was spent than there was.
  public var budgetLeft: Double { state.budgetLeft }
  /// The money spent, by channel.
  public var spends: [Double] { state.spends }
  /// Whether an amount is the total to spend, to the unit in which money is counted.
  package func isBudget(_ amount: Double) -> Bool { model.unit.count(of: amount) == state.budget }

  /// Takes in what a tick showed, and decides on the next.
  ///
  /// Complexity: a filter's step and a choice, some 60 µs for nine channels and 48 ticks, whether by a plan or a network.
  /// - Throws: `CampaignError` where the results cannot be, or are not those of the tick that is due; the campaign is then as
  ///   it was.
  public mutating func observe(_ results: TickResults) throws(CampaignError) {
    guard !isOver else {
      throw .outOfTurn(
        "tick", "is \(results.tick) and the campaign is over", "begin another, or extend this one")
    }
    guard results.tick == state.tick else {
      throw .outOfTurn(
        "tick", "is \(results.tick) where \(state.tick) is due", "give the results of every tick in turn")
    }
    try results.check(against: model.market)
    var totals = state.totals
    for (index, shown) in results.channels.enumerated() {
      guard let spend = model.unit.count(of: shown.spend) else {
        throw .impossible(
          "spend of '\(model.market.channels[index].name)'", "is \(shown.spend)",
          "give less than 2^60 money units")
      }
      totals[index].spend += spend
      totals[index].wins += shown.wins
      totals[index].clicks += shown.clicks
      totals[index].conversions += shown.conversions
      if case .auction(let auction) = model.market.channels[index].kind, auction.delay != nil,
        totals[index].conversions > totals[index].clicks
      {
        throw .impossible(
          "conversions of '\(model.market.channels[index].name)'",
          "are \(totals[index].conversions) of \(totals[index].clicks) clicks so far",
          "give at most one conversion a click")
      }
    }
    guard totals.reduce(0, { $0 + Double($1.spend) }) <= Double(MoneyUnit.largestCount) else {
      throw .impossible("spend", "is more than a campaign can count", "give amounts in the market's currency")
    }
    let left = state.left
    state.totals = totals
    state.last = results
    state.tick += 1
    plan { $0.observe(results, left: left) }
  }

  /// Changes the total to spend, what was spent already included, and decides anew.
  ///
  /// - Throws: `CampaignError` where it is no positive amount.
  public mutating func setBudget(_ amount: Double) throws(CampaignError) {
    state.budget = try Self.budget(amount, of: model)
    plan()
  }

  /// Pauses the channels that are true, resumes the others, and decides anew.
  ///
  /// - Throws: `CampaignError` where there is not one for each channel.
  public mutating func setPaused(_ paused: [Bool]) throws(CampaignError) {
    guard paused.count == state.paused.count else {
      throw .impossible(
        "paused", "holds \(paused.count) of \(state.paused.count) channels", "give one for each channel")
    }
    state.paused = paused
    plan()
  }

  /// Adds ticks behind the last, and decides anew.
  ///
  /// - Parameter traffic: the relative traffic of each tick added, on the scale of the market's season (mean 1).
  /// - Throws: `CampaignError` where a weight is negative, or the campaign would be too long.
  public mutating func extend(by traffic: [Double]) throws(CampaignError) {
    guard !traffic.isEmpty, traffic.allSatisfy({ $0 >= 0 && $0 <= 1e6 }) else {
      throw .impossible("traffic", "is empty or holds no weight", "give a weight of at least 0 for each tick")
    }
    guard ticks + traffic.count <= 100_000 else {
      throw .impossible("traffic", "makes more than 100000 ticks", "use longer ticks")
    }
    let longer = state.addedTraffic + traffic
    // Beliefs stay; the last plan is of other periods.
    let memory = state.memory
    state.memory = model.withDesk(extendedBy: longer) { desk in
      let blank = desk.blankMemory()
      let beliefs = memory.planning.values.prefix(desk.planning.tracker.numberCount)
      var extended = memory
      extended.planning = .init(Array(beliefs) + blank.planning.values.dropFirst(beliefs.count))
      return extended
    }
    state.addedTraffic = longer
    plan()
  }

  private static func budget(_ amount: Double, of model: CampaignModel) throws(CampaignError) -> Int64 {
    guard amount > 0, let budget = model.unit.count(of: amount), budget > 0 else {
      throw .impossible("budget", "is \(amount)", "give a positive amount of at most 2^60 money units")
    }
    return budget
  }

  /// Decides on the next tick, if there is one, from what the campaign remembers and is shown first.
  private mutating func plan(after show: (CampaignDesk) -> Void = { _ in }) {
    let (state, isOver) = (state, isOver)
    let (decision, memory) = model.withDesk(extendedBy: state.addedTraffic) { desk in
      desk.memory = state.memory
      show(desk)
      let decision = isOver ? nil : desk.decide(tick: state.tick, left: state.left, paused: state.paused)
      return (decision, desk.memory)
    }
    self.state.decision = decision
    self.state.memory = memory
    if decision?.isPlan == true { self.state.fallbacks += 1 }
  }
}
