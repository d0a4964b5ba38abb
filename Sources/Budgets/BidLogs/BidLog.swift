import Documents

/// A log of auctions, read row by row as often as it is asked for, in memory that does not grow with the log.
struct BidLog {
  /// One auction.
  struct Auction {
    /// The place of its channel in the order of appearance.
    let channel: Int
    let moment: LogMoment
    /// In units of the column.
    let price: Double
    let isClicked: Bool
    /// nil where the log tells of no conversions: each click then counts as one.
    let isConverted: Bool?
    /// When the conversion was reported; nil where there was none, or nothing is said of it.
    let conversionMoment: LogMoment?
    /// What winning it counts for when play is judged.
    let worth: Double
  }

  let path: String
  let columns: LogColumns
  let reading: TableReading

  /// Calls `body` for each auction, and `progress` with the share of the file that is read, a few times a second at most.
  ///
  /// - Returns: the names of the channels, and what was read otherwise than it stands.
  /// - Throws: `InputError` with line and column of the first cell that is not what it should be.
  func forEachAuction(
    progress: (Double) -> Void = { _ in }, _ body: (Auction) -> Void
  ) throws(InputError) -> (channels: [String], notes: [String]) {
    let pieces = try CSVPieces(contentsOf: path, reading: reading)
    var channels: [String: Int] = [:]
    var names: [String] = []
    var places: LogColumns.Places?
    var (notes, unclicked, count) = ([String](), 0, 0)
    // Neighbouring rows mostly share their second.
    var last: (text: String, moment: LogMoment)?
    while let table = try pieces.next() {
      if places == nil {
        places = try columns.places(in: table)
        notes =
          table.repairs
          + table.notes(
            ofColumns: [places?.price, places?.click, places?.conversion].compactMap { $0 }.map {
              table.header[$0]
            })
      }
      guard let places else { break }
      for row in 0..<table.rowCount {
        let text = table.text(row: row, column: places.timestamp)
        if last?.text != text {
          guard let moment = LogMoment(text) else {
            throw table.error(
              row: row, column: places.timestamp, text.isEmpty ? "is empty" : "is '\(text)', no moment",
              "write moments as 2024-02-29 13:05:07")
          }
          last = (text, moment)
        }
        guard let moment = last?.moment else { continue }
        let name = table.text(row: row, column: places.channel)
        guard !name.isEmpty else {
          throw table.error(row: row, column: places.channel, "is empty", "name the channel")
        }
        let channel = channels[name] ?? names.count
        if channel == names.count {
          guard names.count < 256 else {
            throw table.error(
              row: row, column: places.channel, "is the 257th name", "keep to 256 channels at most")
          }
          channels[name] = channel
          names.append(name)
        }
        let price = try table.requireNumber(row: row, column: places.price)
        guard price >= 0 else {
          throw table.error(row: row, column: places.price, "is \(price)", "prices are not below 0")
        }
        let isClicked = try Self.flag(table, row, places.click)
        var isConverted: Bool?
        let conversionMoment = try Self.conversionMoment(table, row, places, clicked: moment)
        if let column = places.conversion {
          isConverted = try Self.flag(table, row, column)
        } else if places.conversionTime != nil {
          isConverted = conversionMoment != nil
        }
        if isConverted == true, !isClicked {
          unclicked += 1
          isConverted = false
        }
        var worth = isConverted ?? isClicked ? 1.0 : 0
        if let column = places.worth {
          worth = try table.requireNumber(row: row, column: column)
          guard worth >= 0 else {
            throw table.error(row: row, column: column, "is \(worth)", "give a number of at least 0")
          }
        }
        count += 1
        body(
          Auction(
            channel: channel, moment: moment, price: price, isClicked: isClicked, isConverted: isConverted,
            conversionMoment: isConverted == true ? conversionMoment : nil, worth: worth))
      }
      progress(Double(pieces.position) / Double(max(pieces.size, 1)))
    }
    guard count > 0 else {
      throw InputError(.malformed, file: path, problem: "has no rows", remedy: "give a row per auction")
    }
    if unclicked > 0 {
      notes.append("\(unclicked) conversions without a click are left out")
    }
    if places?.conversion == nil, places?.conversionTime == nil {
      notes.append("no column of conversions: each click counts as one")
    }
    return (names, notes)
  }

  private static func conversionMoment(
    _ table: CSVTable, _ row: Int, _ places: LogColumns.Places, clicked: LogMoment
  ) throws(InputError) -> LogMoment? {
    guard let column = places.conversionTime else { return nil }
    let text = table.text(row: row, column: column)
    guard !text.isEmpty else { return nil }
    guard let moment = LogMoment(text) else {
      throw table.error(
        row: row, column: column, "is '\(text)', no moment",
        "write moments as 2024-02-29 13:05:07, or nothing")
    }
    guard (moment.day, moment.second) >= (clicked.day, clicked.second) else {
      throw table.error(
        row: row, column: column, "is '\(text)', before the auction",
        "give the time of the report, not before it")
    }
    return moment
  }

  private static func flag(_ table: CSVTable, _ row: Int, _ column: Int) throws(InputError) -> Bool {
    let value = try table.requireNumber(row: row, column: column)
    guard value == 0 || value == 1 else {
      throw table.error(row: row, column: column, "is \(value)", "give 0 or 1")
    }
    return value == 1
  }
}
