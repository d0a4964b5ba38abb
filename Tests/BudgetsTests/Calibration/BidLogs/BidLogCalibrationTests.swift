import Budgets
import Documents
import Foundation
import LinearAlgebra
import Testing

/// A log of auctions of a market whose truth is known.
private struct GeneratedLog {
  static let ticks = 24
  static let days = 40
  static let persistence = 0.8
  static let drift = (price: 0.25, volume: 0.3, response: 0.3)
  static let spread = (price: 0.3, volume: 0.4, response: 0.5)
  /// By channel: auctions per tick, click rate, conversion rate, mean price.
  static let channels = [
    (name: "a", volume: 100.0, click: 0.1, conversion: 0.3, price: 60.0),
    (name: "b", volume: 60, click: 0.2, conversion: 0.2, price: 100),
    (name: "c, \"quoted\"", volume: 30, click: 0.15, conversion: 0.5, price: 80),
  ]
  static func season(_ tick: Int) -> Double { 1 + 0.6 * sin(2 * .pi * Double(tick) / Double(ticks)) }

  let text: String

  init(seed: UInt64, timestamp: (Int, Int) -> String) {
    var stream = RandomStream(seed: seed, purpose: .test)
    func normal() -> Double { Double(stream.normal()) }
    var lines = ["when,campaign,price,click,conversion"]
    for (channel, truth) in Self.channels.enumerated() {
      let name = channel == 2 ? "\"c, \"\"quoted\"\"\"" : truth.name
      for day in 0..<Self.days {
        let levels = [Self.spread.price, Self.spread.volume, Self.spread.response].map { $0 * normal() }
        let deviations = [Self.drift.price, Self.drift.volume, Self.drift.response]
        var states = deviations.map { $0 * normal() }
        for tick in 0..<Self.ticks {
          if tick > 0 {
            let innovation = (1 - Self.persistence * Self.persistence).squareRoot()
            for index in states.indices {
              states[index] = Self.persistence * states[index] + innovation * deviations[index] * normal()
            }
          }
          let factors = zip(levels, states).map { exp($0 + $1) }
          let mean = truth.volume * Self.season(tick) * factors[1]
          for _ in 0..<stream.poisson(mean: Float(mean)) {
            // Uniform from half to one and a half times the mean.
            let price = truth.price * (0.5 + Double(stream.uniform())) * factors[0]
            let isClicked = Double(stream.uniform()) < min(1, truth.click * factors[2])
            let isConverted = isClicked && Double(stream.uniform()) < truth.conversion
            let second = tick * 86_400 / Self.ticks + stream.integer(below: 86_400 / Self.ticks)
            lines.append(
              "\(timestamp(day, second)),\(name),\((price * 100).rounded() / 100),\(isClicked ? 1 : 0),"
                + "\(isConverted ? 1 : 0)")
          }
        }
      }
    }
    text = lines.joined(separator: "\n") + "\n"
  }
}

@Suite struct BidLogCalibrationTests {
  private func calibrate(
    _ text: String, columns: LogColumns = LogColumns(timestamp: "when"), ticks: Int = 24
  ) throws -> BidLogCalibration {
    let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID()).csv").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(text.utf8).write(to: URL(filePath: path))
    var options = BidLogOptions()
    options.ticks = ticks
    options.priceUnit = 0.001
    do throws(InputError) {
      return try BidLogCalibration(contentsOf: path, columns: columns, name: "log", options: options)
    } catch {
      var error = error
      error.file = "log.csv"
      throw error
    }
  }

  /// Forty days of three channels tell a deviation between days to about 7 %, one within days to about 5 %, a rate of deviation
  /// 0.5 between days to about 8 %; the tolerances are three to four such standard errors, the seed is fixed.
  @Test func recoversTheTruth() throws {
    let log = GeneratedLog(seed: 11) { day, second in
      let clock = [second / 3600, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
      return "\(CalendarDay(number: 19_800 + day)) \(clock.joined(separator: ":"))"
    }
    let calibration = try calibrate(log.text)
    let market = calibration.market
    try market.validate()
    #expect(calibration.days == 40)
    #expect(calibration.notes == [])
    #expect(abs(market.drift.persistence - GeneratedLog.persistence) < 0.08)
    for (found, truth) in [
      (market.drift.price, GeneratedLog.drift.price), (market.drift.volume, GeneratedLog.drift.volume),
      (market.drift.response, GeneratedLog.drift.response),
    ] {
      #expect(abs(found / truth - 1) < 0.2, "\(found) for \(truth) within days")
    }
    for (found, truth) in [
      (market.randomization.price, GeneratedLog.spread.price),
      (market.randomization.volume, GeneratedLog.spread.volume),
      (market.randomization.response, GeneratedLog.spread.response),
    ] {
      #expect(abs(found / truth - 1) < 0.3, "\(found) for \(truth) between days")
    }
    #expect(market.randomization.conversion < 0.15)
    for (tick, weight) in market.season.enumerated() {
      #expect(abs(weight - GeneratedLog.season(tick)) < 0.2, "season \(weight) of tick \(tick)")
    }
    for (channel, truth) in zip(market.channels, GeneratedLog.channels) {
      #expect(channel.name == truth.name)
      guard case .auction(let auction) = channel.kind else { continue }
      #expect(abs(auction.volume / truth.volume - 1) < 0.25, "volume \(auction.volume)")
      #expect(abs(auction.clickRate / truth.click - 1) < 0.3, "click rate \(auction.clickRate)")
      #expect(abs(auction.conversionRate / truth.conversion - 1) < 0.1, "rate \(auction.conversionRate)")
      let total = auction.prices.reduce(0, +)
      let mean = auction.prices.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element } / total
      let step = auction.priceUnit / 0.001
      #expect(abs(mean * step / truth.price - 1) < 0.2, "mean price \(mean * step)")
      // The uniform landscape comes back: without removing the wandering, a deviation of 0.39 would smear it.
      let square = auction.prices.enumerated().reduce(0) {
        $0 + pow(Double($1.offset) - mean, 2) * $1.element
      }
      #expect(abs((square / total).squareRoot() / mean - 1 / 12.0.squareRoot()) < 0.04)
      #expect(auction.bids.count == 16 && auction.bids[0] == 0)
    }
  }

  @Test func writesAMarketThatReadsBack() throws {
    let log = GeneratedLog(seed: 3) { day, second in "\(1_710_000_000 + 86_400 * day + second - 57_600)" }
    let market = try calibrate(log.text).market
    let folder = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(market.landscapeTable.utf8).write(to: folder.appending(path: "l.csv"))
    let read = try Market(yaml: market.yaml(landscapes: "l.csv"), directory: folder.path())
    #expect(read == market)
  }

  @Test(
    arguments: [
      ("2024-03-01 10:00:00,a,5,0,x", "log.csv:3: conversion: is 'x', no number; give a finite number"),
      ("2024-03-01 10:00:00,a,5,2,0", "log.csv:3: click: is 2.0; give 0 or 1"),
      ("2024-03-01 10:00:00,a,-5,0,0", "log.csv:3: price: is -5.0; prices are not below 0"),
      (
        "2024-03-01 10:00:00,a,,0,0",
        "log.csv:3: price: is empty; give a number, or say what such cells mean by --blank 0"
      ),
      ("2024-03-01 10:00:00,,5,0,0", "log.csv:3: channel: is empty; name the channel"),
      (
        "2024-03-32 10:00:00,a,5,0,0",
        "log.csv:3: timestamp: is '2024-03-32 10:00:00', no moment; write moments as 2024-02-29 13:05:07"
      ),
      ("2024-03-01 10:00:00,a,5,0", "log.csv:3: has 4 cells under 5 names; give one cell per column"),
    ])
  func saysWhatIsWrong(_ row: String, _ message: String) {
    let text = "timestamp,channel,price,click,conversion\n2024-03-01 09:00:00,a,5,0,0\n\(row)\n"
    let error = #expect(throws: InputError.self) { try calibrate(text, columns: LogColumns()) }
    #expect(error?.description == message)
  }

  @Test func saysWhichColumnIsMissing() {
    let error = #expect(throws: InputError.self) {
      try calibrate("time,campaign,bid,click\n1,a,5,0\n", columns: LogColumns())
    }
    #expect(
      error?.description
        == "log.csv:1: price: is no column; name it by --price: there are time, campaign, bid, click")
  }

  @Test func saysWhatALogCannotTell() throws {
    let text =
      "time;campaign;cost;clk\n"
      + (0..<200).map { "2024-03-01 0\($0 % 10):00:00;a;\($0 % 7);\($0 % 4 == 0 ? 1 : 0)\n" }.joined()
    let calibration = try calibrate(text, columns: LogColumns())
    #expect(calibration.notes.contains("log.csv is separated by semicolons") == false)
    #expect(calibration.notes.contains { $0.hasSuffix("is separated by semicolons") })
    #expect(calibration.notes.contains("no column of conversions: each click counts as one"))
    #expect(calibration.notes.contains { $0.contains("how prices differ between days: 0 is written") })
    var auction: AuctionChannel?
    if case .auction(let found) = calibration.market.channels[0].kind { auction = found }
    #expect(try #require(auction).conversionRate == 1)
    try calibration.market.validate()
  }

  /// Two channels whose conversions are reported late in a log of two days, which ends before all of them are: a geometric delay
  /// and a table are told apart, and neither is taken for shorter than it is. Within five standard deviations.
  @Test func delaysAreFittedFromALogThatEnds() throws {
    var stream = RandomStream(seed: 31, purpose: .test)
    var lines = ["when,campaign,price,click,conversion_time"]
    func stamp(_ tick: Int) -> String {
      "2024-03-0\(1 + tick / 24) \(tick % 24 < 10 ? "0" : "")\(tick % 24):30:00"
    }
    var (sum, count) = (0, 0)
    for tick in 0..<48 {
      for row in 0..<160 {
        let channel = row % 2
        var delay = 0
        if channel == 0 {
          while stream.uniform() < 8.0 / 9 { delay += 1 }
        } else {
          let u = stream.uniform()
          delay = u < 0.1 ? 0 : u < 0.7 ? 1 : 2
        }
        let isSeen = tick + delay < 48
        if isSeen, channel == 0 { (sum, count) = (sum + delay, count + 1) }
        lines.append(
          "\(stamp(tick)),\(channel == 0 ? "slow" : "table"),50,1,\(isSeen ? stamp(tick + delay) : "")")
      }
    }
    let calibration = try calibrate(lines.joined(separator: "\n") + "\n")
    let delays = calibration.market.channels.map { channel -> ReportingDelay? in
      if case .auction(let auction) = channel.kind { auction.delay } else { nil }
    }
    #expect(Double(sum) / Double(count) < 7)
    guard case .geometric(let mean)? = delays[0], case .shares(let shares)? = delays[1] else {
      Issue.record("The delays are \(delays).")
      return
    }
    #expect(abs(mean - 8) < 1)
    #expect(shares.count == 3 && abs(shares.reduce(0, +) - 1) < 1e-9)
    for (share, truth) in zip(shares, [0.1, 0.6, 0.3]) { #expect(abs(share - truth) < 0.04) }
    // A log without delays describes none, and a report before its auction is told.
    let prompt =
      "when,campaign,price,click,conversion_time\n"
      + "2024-03-01 00:30:00,a,50,1,2024-03-01 00:31:00\n2024-03-01 01:30:00,a,50,1,\n"
    guard case .auction(let auction) = try calibrate(prompt).market.channels[0].kind else {
      Issue.record("The channel bids in auctions.")
      return
    }
    #expect(auction.delay == nil && auction.conversionRate == 0.5)
    let error = try #require(throws: InputError.self) {
      try calibrate(prompt.replacingOccurrences(of: "00:31", with: "00:29"))
    }
    #expect(error.line == 2 && error.problem.contains("before the auction"))
  }
}
