import Documents

/// A campaign that buys impressions one by one: where its auctions come from, its money, and what it may show.
public struct Placement: Sendable {
  /// Where the auctions come from.
  public enum Source: Sendable, Equatable {
    /// A log; its path.
    case log(String)
    /// A law.
    case drawn(DrawnAuctions)
  }

  /// What may be shown.
  public struct Creatives: Sendable, Equatable {
    /// A name each; one is no choice.
    public var names = ["creative"]
    /// By how much each multiplies the predicted rate on the average.
    public var effects = [1.0]
    /// In how many segments effects differ.
    public var segments = 1
    /// The standard deviation of the logarithm of an effect between episodes and segments.
    public var spread = 0.0
    /// How many clicks a prior belief of an effect of 1 counts for.
    public var prior = 4.0

    /// One creative.
    public init() {}
  }

  /// How often a visitor may be shown anything in an episode.
  public struct Frequency: Sendable, Equatable {
    /// How many visitors an episode's auctions come from, each as likely.
    public var visitors: Int
    /// The most impressions of each.
    public var cap: Int

    /// Caps impressions.
    public init(visitors: Int, cap: Int) {
      self.visitors = visitors
      self.cap = cap
    }
  }

  /// The campaign's name.
  public var name: String
  /// Where its auctions come from.
  public var source: Source
  /// The share of the auctions that may be learned from; episodes that judge are of the rest.
  public var historyShare = 0.75
  /// Auctions of an episode.
  public var auctions = 1000
  /// Money of an episode, as a share of what winning all its auctions costs on the average.
  public var budgetShare = 0.125
  /// The highest bid.
  public var highestBid = 300
  /// What a winner pays.
  public var pricing = PricingRule.secondPrice
  /// The least price.
  public var floor = 0
  /// Multiplies predicted rates: a log's clicks may stand for something more frequent.
  public var rateScale = 1.0
  /// The choices of a bid, times the programme's own.
  public var bids = [0, 0.6, 0.8, 0.9, 1, 1.1, 1.25, 1.6]
  /// What may be shown.
  public var creatives = Creatives()
  /// How often to one visitor; nil for no limit.
  public var frequency: Frequency?
  /// The mean delay of a click's report in auctions; 0 for none.
  public var clickDelay = 0.0
  /// The auctions as they were read or drawn.
  public private(set) var log: AuctionLog
  /// The auctions that may be learned from.
  public private(set) var history: AuctionLog
  /// The auctions that judge.
  public private(set) var later: AuctionLog

  /// Describes a campaign by a law with the usual settings.
  public init(name: String, drawn: DrawnAuctions = DrawnAuctions()) {
    self.name = name
    source = .drawn(drawn)
    history = AuctionLog(clicks: [], prices: [], values: [])
    later = history
    log = history
    cut(drawn.log)
  }

  /// Cuts a log into history and the rest, as the description says.
  package mutating func cut(_ log: AuctionLog) {
    self.log = log
    let scaled = AuctionLog(
      clicks: log.clicks, prices: log.prices.map { max($0, Int32(floor)) },
      values: log.values.map(value(ofRate:)), segments: log.segments)
    (history, later) = scaled.split(at: historyShare)
  }

  /// The chance of a click that a predicted rate stands for.
  func value(ofRate rate: Double) -> Double { min(1, rate * rateScale) }

  /// Episodes, money and bids.
  public var rules: ReplayRules {
    var rules = ReplayRules.share(budgetShare, of: history.totals, auctions: auctions)
    rules.highestBid = highestBid
    rules.pricing = pricing
    return rules
  }

  /// The segment of an auction of a log.
  func segment(_ auction: Int, of log: AuctionLog) -> Int {
    log.segments.isEmpty ? auction % creatives.segments : Int(log.segments[auction]) % creatives.segments
  }

  /// What is believed of the creatives before anything is shown.
  var priorBeliefs: CreativeBeliefs {
    CreativeBeliefs(
      segments: creatives.segments, creatives: creatives.names.count, prior: Float(creatives.prior),
      delay: Float(clickDelay))
  }

  /// Throws an error that says what cannot be, by the key of the description.
  func validate() throws(InputError) {
    func require(_ holds: Bool, _ key: String, _ problem: String, _ remedy: String) throws(InputError) {
      if !holds { throw InputError(.invalid, key: key, problem: problem, remedy: remedy) }
    }
    try require(
      auctions >= 1 && auctions <= 100_000, "episode", "is \(auctions)", "give 1 to 100000 auctions")
    try require(
      historyShare > 0 && historyShare < 1, "history", "is \(historyShare)", "give a share between 0 and 1")
    try require(
      budgetShare > 0 && budgetShare <= 1, "budget", "is \(budgetShare)",
      "give a share above 0, at most 1, of what winning every auction costs")
    try require(
      highestBid >= 1 && highestBid <= 1_000_000, "highest_bid", "is \(highestBid)", "give 1 to 1000000")
    try require(floor >= 0 && floor <= highestBid, "floor", "is \(floor)", "give 0 to the highest bid")
    try require(rateScale > 0, "rate_scale", "is \(rateScale)", "give a number above 0")
    try require(
      bids.count >= 2 && bids.count <= 64, "bids", "are \(bids.count) numbers",
      "give 2 to 64 multiples of the programme's bid")
    try require(
      bids.allSatisfy { $0 >= 0 && $0 <= 100 }, "bids", "hold a number outside 0 to 100",
      "give multiples of the programme's bid")
    let count = creatives.names.count
    try require(count >= 1 && count <= 64, "creatives.names", "are \(count)", "give 1 to 64 names")
    try require(
      creatives.effects.count == count, "creatives.effects", "are \(creatives.effects.count)",
      "give one number for each of \(count) names")
    try require(
      creatives.effects.allSatisfy { $0 > 0 && $0 <= 100 }, "creatives.effects",
      "hold a number that is not above 0, or above 100", "give multiples of the predicted rate")
    try require(
      creatives.segments >= 1 && creatives.segments <= 64, "creatives.segments", "is \(creatives.segments)",
      "give 1 to 64")
    try require(
      creatives.spread >= 0 && creatives.spread <= 3, "creatives.spread", "is \(creatives.spread)",
      "give 0 to 3")
    try require(creatives.prior > 0, "creatives.prior", "is \(creatives.prior)", "give a number above 0")
    if let frequency {
      try require(
        frequency.visitors >= 1 && frequency.visitors <= 100_000, "frequency.visitors",
        "is \(frequency.visitors)", "give 1 to 100000")
      try require(
        frequency.cap >= 1 && frequency.cap <= 255, "frequency.cap", "is \(frequency.cap)", "give 1 to 255")
    }
    try require(clickDelay >= 0, "click_delay", "is \(clickDelay)", "give 0 or more auctions")
    try require(
      history.count >= auctions && later.count >= auctions, "episode",
      "needs \(auctions) auctions, and history and rest have \(history.count) and \(later.count)",
      "shorten the episode or give a longer log")
    try require(rules.budget >= 1, "budget", "is less than one unit of money", "give a larger share")
    try require(history.totals.value > 0, "log", "predicts no click", "give rates above 0")
  }
}
