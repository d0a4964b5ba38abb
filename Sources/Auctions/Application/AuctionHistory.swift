import Documents
import LinearAlgebra

/// The auctions of a campaign so far, and those at hand, read from a table.
///
/// Columns: `rate` (the predicted click rate), `won` (1, 0, or empty for auctions at hand, which stand last), `paid` (where
/// it was won) and, where the campaign has them, `creative`, `click` (1 once it is reported), `segment`, `visitor`.
struct AuctionHistory {
  /// One auction.
  struct Auction {
    var rate: Double
    var segment: Int32
    var visitor: String
    /// What was paid, and what was shown; nil where the auction was lost or is at hand.
    var win: (paid: Int, creative: Int, isClicked: Bool)?
  }

  /// The auctions in the order of time.
  private(set) var auctions: [Auction] = []
  /// How many of them are over.
  private(set) var over = 0

  /// Nothing yet.
  init() {}

  /// Adds auctions of some rates that are at hand.
  mutating func append(rates: [Double]) {
    auctions += rates.map { Auction(rate: $0, segment: 0, visitor: "") }
  }

  /// The money left of a budget.
  func left(of budget: Int) -> Int { max(0, auctions.reduce(budget) { $0 - ($1.win?.paid ?? 0) }) }

  /// Reads a table.
  ///
  /// - Throws: `InputError` with the line and column of what cannot be read.
  init(_ table: CSVTable, of placement: Placement) throws(InputError) {
    func column(_ name: String, if isNeeded: Bool) throws(InputError) -> Int? {
      guard isNeeded else { return nil }
      guard let column = table.column(name) else { throw table.missing(column: name) }
      return column
    }
    let (names, segments) = (placement.creatives.names, placement.creatives.segments)
    guard let rate = try column("rate", if: true), let won = try column("won", if: true),
      let paid = try column("paid", if: true)
    else { return }
    let creative = try column("creative", if: names.count > 1)
    let click = try column("click", if: names.count > 1)
    let segment = try column("segment", if: segments > 1)
    let visitor = try column("visitor", if: placement.frequency != nil)
    func whole(_ row: Int, _ column: Int, _ range: ClosedRange<Int>) throws(InputError) -> Int {
      let number = try table.requireNumber(row: row, column: column)
      guard number == number.rounded(), (Double(range.lowerBound)...Double(range.upperBound)).contains(number)
      else {
        throw table.error(
          row: row, column: column, "is \(table.text(row: row, column: column))",
          "give a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      return Int(number)
    }
    for row in 0..<table.rowCount {
      let value = try table.requireNumber(row: row, column: rate)
      guard (0...1).contains(value) else {
        throw table.error(row: row, column: rate, "is \(value)", "give a rate from 0 to 1")
      }
      var auction = Auction(rate: value, segment: 0, visitor: "")
      if let segment { auction.segment = Int32(try whole(row, segment, 0...segments - 1)) }
      if let visitor { auction.visitor = table.text(row: row, column: visitor) }
      let isAtHand = table.text(row: row, column: won).isEmpty
      if !isAtHand {
        guard over == auctions.count else {
          throw table.error(
            row: row, column: won, "follows auctions at hand", "give them last, their 'won' empty")
        }
        over += 1
        if try whole(row, won, 0...1) == 1 {
          auction.win = (try whole(row, paid, 0...placement.highestBid), 0, false)
          if let creative {
            let name = table.text(row: row, column: creative)
            guard let shown = names.firstIndex(of: name) else {
              throw table.error(
                row: row, column: creative, "is '\(name)', no creative of the campaign",
                "there are \(names.joined(separator: ", "))")
            }
            auction.win?.creative = shown
          }
          if let click, !table.text(row: row, column: click).isEmpty {
            auction.win?.isClicked = try whole(row, click, 0...1) == 1
          }
        } else if let click, !table.text(row: row, column: click).isEmpty, try whole(row, click, 0...1) == 1 {
          throw table.error(row: row, column: click, "is 1, but the auction was lost", "give 0, or 'won' 1")
        }
      }
      auctions.append(auction)
    }
  }

  /// The auctions as a log; nothing tells what others bid where an auction was lost.
  func log(of placement: Placement) -> AuctionLog {
    AuctionLog(
      clicks: auctions.map { $0.win?.isClicked ?? false },
      prices: auctions.map { Int32($0.win?.paid ?? 0) },
      values: auctions.map { placement.value(ofRate: $0.rate) },
      segments: auctions.map(\.segment))
  }
}

extension PlacementMarket {
  /// The campaign as each of the auctions at hand would find it if it came next; this market plays the history's log.
  func states(after history: AuctionHistory, budget: Int) -> [PlacementState] {
    let creatives = placement.creatives
    var visitors: [String: Int] = [:]
    for auction in history.auctions {
      visitors[auction.visitor] = visitors[auction.visitor] ?? visitors.count
    }
    var state = PlacementState(
      chance: RandomStream(seed: 0, purpose: .episode), first: 0, budget: budget,
      effects: (0..<creatives.segments).flatMap { _ in creatives.effects.map(Float.init) },
      beliefs: placement.priorBeliefs, impressionsByVisitor: Array(repeating: 0, count: visitors.count))
    for (number, auction) in history.auctions.prefix(history.over).enumerated() {
      state.step = number + 1
      guard let win = auction.win else { continue }
      state.budget = max(0, state.budget - win.paid)
      if let visitor = visitors[auction.visitor], state.impressionsByVisitor[visitor] < .max {
        state.impressionsByVisitor[visitor] += 1
      }
      guard creatives.names.count > 1 else { continue }
      let segment = Int(segments[number])
      state.beliefs.show(
        segment: segment, creative: win.creative, rate: Float(log.values[number]), at: number)
      if win.isClicked { state.beliefs.click(segment: segment, creative: win.creative) }
    }
    return history.auctions.indices.dropFirst(history.over).map { number in
      var state = state
      state.first = number - state.step
      state.visitor = visitors[history.auctions[number].visitor] ?? 0
      return state
    }
  }
}
