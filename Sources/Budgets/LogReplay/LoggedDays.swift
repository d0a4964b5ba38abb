import Documents

/// The whole days of a log of real auctions, laid out in the ticks and channels of a market.
///
/// Days that the log covers only in part are left out. Memory grows with the log: 32 bytes an auction.
package struct LoggedDays: Sendable {
  /// One auction.
  struct Auction: Sendable {
    let channel: Int32
    let isClicked: Bool
    let isConverted: Bool
    /// The market price in money: a bid above it wins.
    let price: Double
    /// What winning it counts for when play is judged.
    let worth: Double
  }

  /// One day, which is an episode.
  struct Day: Sendable {
    let day: CalendarDay
    /// By tick, in the order of time.
    let ticks: [[Auction]]
  }

  let days: [Day]
  /// The auctions of all days.
  package let requests: Int
  /// The first and the last day, as `2024-02-29`.
  package let from, to: String
  /// What was read otherwise than it stands, and what was left out.
  package let notes: [String]
  /// The number of days.
  package var count: Int { days.count }

  /// Reads a log.
  ///
  /// - Parameters:
  ///   - path: the log, see `docs/bid-logs.md`.
  ///   - columns: which of its columns are what.
  ///   - market: whose channels it names and whose ticks divide its days.
  ///   - priceUnit: money per auction won and unit of the price column.
  ///   - reading: how cells are to be read.
  /// - Throws: `InputError` with the place of what cannot be read, or of what does not fit the market.
  package init(
    contentsOf path: String, columns: LogColumns = LogColumns(), market: Market, priceUnit: Double = 1,
    reading: TableReading = TableReading(), progress: (Double) -> Void = { _ in }
  ) throws(InputError) {
    for channel in market.channels {
      guard case .auction = channel.kind else {
        throw InputError(
          .invalid, file: path, key: channel.name, problem: "does not bid in auctions",
          remedy: "a log of auctions judges markets of auction channels only")
      }
    }
    /// An auction with its place in time and in the file.
    struct Entry {
      let second: Int32
      let row: Int32
      let auction: Auction
    }
    var entries: [CalendarDay: [Entry]] = [:]
    var row: Int32 = 0
    let log = BidLog(path: path, columns: columns, reading: reading)
    let (names, logNotes) = try log.forEachAuction(progress: progress) { auction in
      entries[auction.moment.day, default: []].append(
        Entry(
          second: Int32(auction.moment.second), row: row,
          auction: Auction(
            channel: Int32(auction.channel), isClicked: auction.isClicked,
            isConverted: auction.isConverted ?? auction.isClicked, price: auction.price * priceUnit,
            worth: auction.worth)))
      row += 1
    }
    let places = try Self.places(of: names, in: market, file: path)
    let ticks = market.ticks
    func tick(_ entry: Entry) -> Int { Int(entry.second) * ticks / 86_400 }
    let dates = entries.keys.sorted()
    var days: [Day] = []
    for date in dates {
      let entries = (entries.removeValue(forKey: date) ?? []).sorted {
        ($0.second, $0.row) < ($1.second, $1.row)
      }
      // The log begins and ends somewhere in its first and its last day.
      if date == dates.first, let first = entries.first, tick(first) > 0 { continue }
      if date == dates.last, let last = entries.last, tick(last) < ticks - 1 { continue }
      var parts = [[Auction]](repeating: [], count: ticks)
      for entry in entries {
        let auction = entry.auction
        parts[tick(entry)].append(
          Auction(
            channel: places[Int(auction.channel)], isClicked: auction.isClicked,
            isConverted: auction.isConverted, price: auction.price, worth: auction.worth))
      }
      days.append(Day(day: date, ticks: parts))
    }
    guard let first = days.first, let last = days.last else {
      throw InputError(
        .invalid, file: path, problem: "covers no day from its first to its last of \(ticks) ticks",
        remedy: "give a log of whole days, which are the market's episodes")
    }
    self.days = days
    requests = days.reduce(0) { $0 + $1.ticks.reduce(0) { $0 + $1.count } }
    (from, to) = ("\(first.day)", "\(last.day)")
    let partial = dates.count - days.count
    notes =
      logNotes + (partial > 0 ? ["\(partial) of \(dates.count) days are covered in part and left out"] : [])
  }

  /// The place of each channel of a log among the market's.
  private static func places(
    of names: [String], in market: Market, file: String
  ) throws(InputError) -> [Int32] {
    let known = market.channels.map(\.name)
    for name in known where !names.contains(name) {
      throw InputError(
        .invalid, file: file, key: name, problem: "is a channel of the market without a row",
        remedy: "the log has \(names.joined(separator: ", "))")
    }
    return try names.map { name throws(InputError) in
      guard let place = known.firstIndex(of: name) else {
        throw InputError(
          .invalid, file: file, key: name, problem: "is no channel of the market",
          remedy: "there are \(known.joined(separator: ", "))")
      }
      return Int32(place)
    }
  }
}
