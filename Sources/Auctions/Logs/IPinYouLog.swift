import Documents

/// One impression or click of a raw iPinYou log (Liao et al., 2014, Table 1): 24 columns separated by tabs.
public struct IPinYouRow: Sendable, Equatable {
  /// The identity of the bid, which an impression and its click share.
  public var bid: String
  /// The hour of the day, 0…23.
  package var hour: Int
  /// The day, as in 20131021.
  package var day: Int
  /// What makes a click more or less likely, by name, as text.
  public var features: [Feature]
  /// The creative that was shown.
  public var creative: String
  /// Width and height of the slot, as in 300x250.
  public var size: String
  /// The least price that the slot sells for.
  package var floor: Int32
  /// The bid that was made.
  package var offered: Int32
  /// The price that was paid, the market price.
  public var price: Int32

  /// One feature of an impression.
  public struct Feature: Sendable, Equatable {
    /// What it says.
    public var field: String
    /// What it is.
    public var value: String

    /// Creates a feature.
    package init(_ field: String, _ value: String) {
      self.field = field
      self.value = value
    }
  }
}

/// Reads a raw iPinYou log of impressions or of clicks.
///
/// - Throws: `InputError` with the line and the column of the first row that is none.
public func readIPinYouLog(contentsOf path: String) throws(InputError) -> [IPinYouRow] {
  try readIPinYouLog(bytes: try readLog(path), path: path)
}

/// Reads a raw iPinYou log from its bytes; `path` is what errors call it.
public func readIPinYouLog(bytes: [UInt8], path: String) throws(InputError) -> [IPinYouRow] {
  var rows: [IPinYouRow] = []
  var lines = LogLines(bytes: bytes, path: path)
  while let line = lines.next() {
    if line.isEmpty { continue }
    let columns = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
    guard columns.count == 24 else {
      throw lines.error(nil, "has \(columns.count) columns", "give the 24 of an iPinYou log, by tabs")
    }
    let moment = text(columns[1])
    guard moment.utf8.count == 17, let day = Int(moment.prefix(8)),
      let hour = Int(moment.dropFirst(8).prefix(2)),
      hour < 24, Int(moment) != nil
    else { throw lines.error("timestamp", "is '\(moment)'", "give 17 digits, as 20131021192300738") }
    func money(_ column: Int, _ name: String) throws(InputError) -> Int32 {
      guard let value = wholeNumber(columns[column]), value >= 0 else {
        throw lines.error(name, "is '\(text(columns[column]))'", "give a whole number from 0")
      }
      return value
    }
    let size = "\(text(columns[13]))x\(text(columns[14]))"
    var features = [
      IPinYouRow.Feature("hour", "\(hour)"), .init("agent", agent(text(columns[4]))),
      .init("region", text(columns[6])), .init("city", text(columns[7])),
      .init("exchange", text(columns[8])), .init("domain", text(columns[9])),
      .init("slot", text(columns[12])), .init("size", size), .init("visibility", text(columns[15])),
      .init("format", text(columns[16])), .init("creative", text(columns[18])),
      .init("floor", floorClass(try money(17, "floor"))),
    ]
    for tag in columns[23].split(separator: UInt8(ascii: ",")) { features.append(.init("tag", text(tag))) }
    rows.append(
      IPinYouRow(
        bid: text(columns[0]), hour: hour, day: day, features: features, creative: text(columns[18]),
        size: size, floor: try money(17, "floor"), offered: try money(19, "bid"),
        price: try money(20, "price")))
  }
  guard !rows.isEmpty else {
    throw InputError(.malformed, file: path, problem: "holds no row", remedy: "give a line per impression")
  }
  return rows
}

extension AuctionLog {
  /// Impressions in the order of time as a log of auctions, with a click model's rates and the hours as segments.
  ///
  /// - Parameters:
  ///   - impressions: what was won; the market price is at least the floor.
  ///   - clicks: the bids that were clicked on.
  ///   - rates: an impression's predicted click rate each.
  public init(impressions: [IPinYouRow], clicks: Set<String>, rates: [Double]) {
    precondition(rates.count == impressions.count, "Each of \(impressions.count) impressions needs a rate.")
    self.init(
      clicks: impressions.map { clicks.contains($0.bid) },
      prices: impressions.map { max($0.price, $0.floor) },
      values: rates, segments: impressions.map { Int32($0.hour) })
  }
}

/// System and browser, which the long text of a user agent comes down to.
private func agent(_ text: String) -> String {
  let lower = text.lowercased()
  let system = ["windows", "ios", "mac", "android", "linux"].first { lower.contains($0) } ?? "other"
  let browser =
    ["chrome", "sogou", "maxthon", "safari", "firefox", "theworld", "opera", "msie"]
    .first { lower.contains($0) } ?? "other"
  return "\(system)_\(browser)"
}

/// Classes of floors: 0, to 10, to 50, to 100, above.
private func floorClass(_ floor: Int32) -> String {
  floor == 0 ? "0" : floor <= 10 ? "1-10" : floor <= 50 ? "11-50" : floor <= 100 ? "51-100" : "101-"
}
