import Documents

/// What a campaign's console has shown, read from a table with a row per tick and channel.
///
/// Columns: `tick` (or `time`, with a calendar), `channel`, `bid` (money per auction; of response channels the spend counts),
/// `wins`, `spend`, `clicks`, `conversions`. A channel without a row was off in the tick.
package struct CampaignHistory: Sendable, Equatable {
  /// The results of the ticks from 0 on.
  package let ticks: [TickResults]

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - table: the table.
  ///   - market: whose channels it names.
  ///   - calendar: what moments in a column `time` mean; nil where there is a column `tick`.
  /// - Throws: `InputError` with the line and column of what cannot be read, or the first tick that is not there.
  package init(_ table: CSVTable, market: Market, calendar: CampaignCalendar? = nil) throws(InputError) {
    let place = calendar == nil ? "tick" : "time"
    guard let tickColumn = table.column(place) else { throw table.missing(column: place) }
    guard let channelColumn = table.column("channel") else { throw table.missing(column: "channel") }
    let hasAuctions = market.channels.contains { if case .auction = $0.kind { true } else { false } }
    for name in ["spend", "conversions"] + (hasAuctions ? ["bid", "wins", "clicks"] : [])
    where table.column(name) == nil { throw table.missing(column: name) }
    let channels = Dictionary(uniqueKeysWithValues: market.channels.enumerated().map { ($1.name, $0) })
    let off = [TickResults.Channel](repeating: .init(bid: 0), count: market.channels.count)
    var rows: [Int: [Int: TickResults.Channel]] = [:]
    for row in 0..<table.rowCount {
      let tick = try Self.tick(table, row, tickColumn, calendar)
      let name = table.text(row: row, column: channelColumn)
      guard let channel = channels[name] else {
        throw table.error(
          row: row, column: channelColumn, "is '\(name)', no channel of the market",
          "there are \(market.channels.map(\.name).joined(separator: ", "))")
      }
      guard rows[tick]?[channel] == nil else {
        throw table.error(
          row: row, column: tickColumn, "repeats '\(name)' in a tick", "give one row per tick and channel")
      }
      func number(_ column: String) throws(InputError) -> Double {
        guard let place = table.column(column), !table.text(row: row, column: place).isEmpty else { return 0 }
        return try table.requireNumber(row: row, column: place)
      }
      var shown = TickResults.Channel(
        bid: try number("bid"), wins: try number("wins"), spend: try number("spend"),
        clicks: try number("clicks"), conversions: try number("conversions"))
      if case .response = market.channels[channel].kind { shown.bid = shown.spend }
      rows[tick, default: [:]][channel] = shown
      do throws(CampaignError) { try shown.check(market.channels[channel]) } catch {
        throw InputError(
          .invalid, file: table.path, line: table.line(ofRow: row), key: error.field, problem: error.problem,
          remedy: error.remedy)
      }
    }
    let count = (rows.keys.max() ?? -1) + 1
    for tick in 0..<count where rows[tick] == nil {
      throw InputError(
        .invalid, file: table.path, key: place, problem: "nothing is there of tick \(tick)",
        remedy: "give the results of every tick from 0 on, zeros where nothing was bid")
    }
    ticks = (0..<count).map { tick in
      var shown = off
      for (channel, results) in rows[tick] ?? [:] { shown[channel] = results }
      return TickResults(tick: tick, channels: shown)
    }
  }

  private static func tick(
    _ table: CSVTable, _ row: Int, _ column: Int, _ calendar: CampaignCalendar?
  ) throws(InputError) -> Int {
    let text = table.text(row: row, column: column)
    let tick: Int?
    if let calendar {
      do throws(InputError) { tick = try calendar.tick(of: text) } catch {
        throw table.error(row: row, column: column, error.problem, error.remedy)
      }
    } else {
      tick = Int(text)
    }
    guard let tick, (0..<100_000).contains(tick) else {
      throw table.error(
        row: row, column: column, "is '\(text)', no tick of the campaign",
        calendar == nil ? "count ticks from 0" : "give times from the campaign's start on")
    }
    return tick
  }
}
