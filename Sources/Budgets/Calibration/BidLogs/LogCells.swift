import Documents

/// A log of auctions summed up by channel, day and tick.
struct LogCells {
  /// What happened in one tick of one day in one channel.
  struct Cell {
    var auctions = 0.0
    var prices = 0.0
    var squaredPrices = 0.0
    var clicks = 0.0
    var conversions = 0.0
  }

  /// One day of one channel.
  struct ChannelDay {
    let channel: Int
    let day: CalendarDay
    /// By tick.
    let cells: [Cell]
    /// By tick: whether the log reaches that far on its first and its last day.
    let isCovered: [Bool]

    /// The sum of one quantity.
    func total(_ quantity: (Cell) -> Double) -> Double { cells.reduce(0) { $0 + quantity($1) } }
  }

  /// The number of ticks in a day.
  let ticks: Int
  private let empty: [Cell]
  private var sums: [Key: [Cell]] = [:]
  /// By channel: how late conversions were reported, where the log says it.
  private(set) var delays: [Int: ReportedDelays] = [:]
  /// The last tick in which anything was logged, counted from the first of the calendar.
  private(set) var lastTick = Int.min
  private var first: (day: CalendarDay, tick: Int)?
  private var last: (day: CalendarDay, tick: Int)?

  private struct Key: Hashable {
    let channel: Int
    let day: CalendarDay
  }

  /// No auction yet.
  init(ticks: Int) {
    self.ticks = ticks
    empty = [Cell](repeating: Cell(), count: ticks)
  }

  /// The tick of a moment.
  func tick(of moment: LogMoment) -> Int { moment.second * ticks / 86_400 }

  /// Counts an auction.
  mutating func add(_ auction: BidLog.Auction) {
    let (day, tick) = (auction.moment.day, tick(of: auction.moment))
    if first.map({ (day, tick) < ($0.day, $0.tick) }) ?? true { first = (day, tick) }
    if last.map({ (day, tick) > ($0.day, $0.tick) }) ?? true { last = (day, tick) }
    let place = day.number * ticks + tick
    let reported = auction.conversionMoment.map { $0.day.number * ticks + self.tick(of: $0) }
    lastTick = max(lastTick, reported ?? place)
    if let reported { delays[auction.channel, default: .init()].add(tick: place, delay: reported - place) }
    func count(_ cell: inout Cell) {
      cell.auctions += 1
      cell.prices += auction.price
      cell.squaredPrices += auction.price * auction.price
      cell.clicks += auction.isClicked ? 1 : 0
      cell.conversions += auction.isConverted == true ? 1 : 0
    }
    count(&sums[Key(channel: auction.channel, day: day), default: empty][tick])
  }

  /// All days of all channels on which these ran, in order.
  var channelDays: [ChannelDay] {
    guard let first, let last else { return [] }
    return sums.keys.sorted { ($0.channel, $0.day) < ($1.channel, $1.day) }.map { key in
      ChannelDay(
        channel: key.channel, day: key.day, cells: sums[key] ?? [],
        isCovered: (0..<ticks).map {
          (key.day, $0) >= (first.day, first.tick) && (key.day, $0) <= (last.day, last.tick)
        })
    }
  }
}
