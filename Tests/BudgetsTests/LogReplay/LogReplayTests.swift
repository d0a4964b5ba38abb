import Budgets
import Documents
import Foundation
import LinearAlgebra
import Testing

/// A small log, and what a plain reading of the rules makes of it.
private struct SmallLog {
  struct Row {
    let day, tick, channel: Int
    let price: Double
    let isClicked, isConverted: Bool
    let worth: Double
  }

  static let ticks = 3
  let market: Market
  var rows: [Row] = []

  init(
    seed: UInt64, days: Int, perTick: Int, levels: [Double], objective: Objective = .conversions,
    firstPrice: Bool = false
  ) {
    var stream = RandomStream(seed: seed, purpose: .test)
    market = Market(
      name: "log", ticks: Self.ticks, budget: 0.3, objective: objective,
      channels: ["a", "b"].map { name in
        MediaChannel(
          name: name,
          kind: .auction(
            AuctionChannel(
              volume: Double(perTick), prices: [Double](repeating: 1, count: 100), priceUnit: 0.001,
              pricing: firstPrice && name == "b" ? .firstPrice : .secondPrice, clickRate: 0.5,
              conversionRate: 0.5, valuePerConversion: name == "a" ? 0.3 : 0.2, bids: levels)))
      })
    for day in 0..<days {
      for tick in 0..<Self.ticks {
        for _ in 0..<perTick {
          let isClicked = stream.uniform() < 0.6
          rows.append(
            Row(
              day: day, tick: tick, channel: stream.integer(below: 2),
              price: Double(stream.integer(below: 90)),
              isClicked: isClicked, isConverted: isClicked && stream.uniform() < 0.5,
              worth: Double(stream.integer(below: 100)) / 100))
        }
      }
    }
  }

  /// The rows as a file, all ticks in the order of time; `shuffled` puts the ticks of a day in another order.
  func withFile<Result>(shuffled: Bool = false, _ body: (String) throws -> Result) throws -> Result {
    let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID()).csv").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    var lines = ["time,channel,price,click,conversion,rate"]
    let order = shuffled ? rows.sorted { ($0.tick, -$0.day) > ($1.tick, -$1.day) } : rows
    for row in order {
      lines.append(
        "2024-03-0\(row.day + 1) \(row.tick * 8 < 10 ? "0" : "")\(row.tick * 8):00:00,\(row.channel == 0 ? "a" : "b"),"
          + "\(row.price),\(row.isClicked ? 1 : 0),\(row.isConverted ? 1 : 0),\(row.worth)")
    }
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
    return try body(path)
  }

  /// What levels by tick and channel bring on a day, money shared by the channels.
  func play(day: Int, levels: [[Int]], byWorth: Bool) -> (value: Double, spend: Double) {
    var (left, value) = (market.budget, 0.0)
    for row in rows where row.day == day {
      guard case .auction(let auction) = market.channels[row.channel].kind else { continue }
      let bid = auction.bids[levels[row.tick][row.channel]]
      guard bid > row.price, bid * 0.001 <= left + 1e-12 else { continue }
      let paid = auction.pricing == .firstPrice ? bid * 0.001 : row.price * 0.001
      left -= paid
      let outcome = byWorth ? row.worth : row.isConverted ? 1 : 0
      value += (market.objective == .conversions ? 1 : auction.valuePerConversion) * outcome
      if market.objective == .profit { value -= paid }
    }
    return (value, market.budget - left)
  }
}

@Suite struct LogReplayTests {
  @Test(arguments: Objective.allCases)
  func playsByTheRules(_ objective: Objective) throws {
    let small = SmallLog(
      seed: 3, days: 4, perTick: 12, levels: [0, 20, 45, 80], objective: objective, firstPrice: true)
    for isShuffled in [false, true] {
      let logs = try small.withFile(shuffled: isShuffled) { path in
        [
          try LoggedDays(contentsOf: path, market: small.market, priceUnit: 0.001),
          try LoggedDays(
            contentsOf: path, columns: LogColumns(worth: "rate"), market: small.market, priceUnit: 0.001),
        ]
      }
      for (log, byWorth) in zip(logs, [false, true]) {
        #expect(log.count == 4 && log.requests == 144 && log.from == "2024-03-01" && log.to == "2024-03-04")
        for level in 0..<4 {
          let plays = try log.play(
            .init("level") { UniformStrategy(market: small.market, level: level) }, in: small.market)
          for (day, play) in plays.enumerated() {
            let truth = small.play(
              day: day, levels: [[Int]](repeating: [level, level], count: SmallLog.ticks), byWorth: byWorth)
            #expect(abs(play.returns.reduce(0, +) - truth.value) < 1e-9)
            #expect(abs(play.spend - truth.spend) < 1e-12 && play.spend <= small.market.budget * (1 + 1e-12))
          }
        }
      }
    }
  }

  /// Of all 729 ways to choose levels, none beats the bound; the best of them comes near.
  @Test(arguments: Objective.allCases)
  func boundIsNeverBeaten(_ objective: Objective) throws {
    let small = SmallLog(seed: 8, days: 3, perTick: 30, levels: [0, 30, 70], objective: objective)
    let log = try small.withFile { try LoggedDays(contentsOf: $0, market: small.market, priceUnit: 0.001) }
    let bounds = log.hindsightBounds(in: small.market)
    for day in 0..<3 {
      var best = -Double.infinity
      for way in 0..<729 {
        let digits = (0..<6).map { way / Int(pow(3.0, Double($0))) % 3 }
        let levels = (0..<3).map { [digits[2 * $0], digits[2 * $0 + 1]] }
        best = max(best, small.play(day: day, levels: levels, byWorth: false).value)
      }
      #expect(best <= bounds[day] + 1e-9 && best >= 0.5 * bounds[day], "\(best) of \(bounds[day])")
    }
  }

  /// A campaign without a policy decides as `replan` does at the same console.
  @Test func campaignsAndStrategiesMeetOneConsole() throws {
    let small = SmallLog(seed: 5, days: 6, perTick: 40, levels: [0, 10, 30, 50, 70, 90])
    let log = try small.withFile { try LoggedDays(contentsOf: $0, market: small.market, priceUnit: 0.001) }
    let campaigns = try log.play(CampaignModel(market: small.market))
    let replan = try log.play(.init("replan") { ReplanStrategy(market: small.market) }, in: small.market)
    #expect(campaigns == replan)
    #expect(campaigns.contains { $0.spend > 0 })
    let richer = try log.play(CampaignModel(market: small.market), budget: 10)
    #expect(zip(richer, campaigns).allSatisfy { $0.spend > $1.spend })
  }

  @Test func saysWhatDoesNotFit() throws {
    let small = SmallLog(seed: 2, days: 1, perTick: 10, levels: [0, 50])
    var renamed = small.market
    renamed.channels[1].name = "c"
    var response = small.market
    response.channels[0].kind = .response(
      ResponseChannel(spends: [0, 1], saturation: Hill(maximum: 1, halfSaturation: 1)))
    var slower = small.market
    slower.ticks = 30
    slower.season = [Double](repeating: 1, count: 30)
    try small.withFile { path in
      for (market, problem) in [
        (renamed, "is a channel of the market without a row"), (response, "does not bid in auctions"),
        (slower, "covers no day from its first to its last of 30 ticks"),
      ] {
        let error = #expect(throws: InputError.self) { try LoggedDays(contentsOf: path, market: market) }
        #expect(error?.problem == problem)
      }
      let error = #expect(throws: InputError.self) {
        try LoggedDays(contentsOf: path, columns: LogColumns(worth: "rates"), market: small.market)
      }
      #expect(error?.key == "rates")
    }
  }
}
