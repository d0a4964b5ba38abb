import Budgets
import Documents
import Foundation
import LinearAlgebra
import Testing

private let small = """
  name: small
  ticks: 2
  season: [1, 3]
  budget: 10
  channels:
    - name: search
      auction:
        volume: 100
        prices: [0, 1, 2]
        click_rate: 0.1
        conversion_rate: 0.2
        bids: [0, 1, 2.5]
    - name: radio
      maximum_level: 1
      response:
        spends: [0, 1, 2]
        adstock: {weibull: {shape: 2, scale: 1.5, length: 4}}
        saturation: {maximum: 3, half_saturation: 1}
  """

@Suite struct MarketYAMLTests {
  @Test func readsEveryPart() throws {
    let market = try Market(yaml: small)
    #expect(market.season == [0.5, 1.5])
    #expect(market.objective == .conversions && market.tickCap == nil && market.target == nil)
    #expect(market.channels.map(\.name) == ["search", "radio"])
    #expect(market.channels[1].levels == [0, 1])
    guard case .auction(let auction) = market.channels[0].kind else { throw Unexpected() }
    #expect(auction.prices.count == 301 && auction.prices[2] == 2 && auction.prices[3] == 0)
    #expect(auction.pricing == .secondPrice && auction.fatigue == nil)
    guard case .response(let response) = market.channels[1].kind else { throw Unexpected() }
    #expect(response.adstock == .weibull(shape: 2, scale: 1.5, length: 4) && response.saturation.slope == 1)
  }

  @Test func textOfAMarketReadsBackAsTheSameMarket() throws {
    var stream = RandomStream(seed: 4, purpose: .test)
    for _ in 0..<50 {
      var market = Market.random(stream: &stream)
      market.summary = "a \"quoted\": text, # no comment"
      market.name = "yes"
      let read = try Market(yaml: market.yaml)
      #expect(read == market)
      #expect(read.digest == market.digest)
    }
    for name in Market.bundledNames {
      let market = try Market.bundled(name)
      #expect(try Market(yaml: market.yaml) == market)
    }
  }

  @Test(
    "Each mistake is told with its line and its mend",
    arguments: [
      ("budget: 10", "budgt: 10", "m.yaml:4: budgt: is unknown; did you mean 'budget'?"),
      ("budget: 10", "budget: .nan", "m.yaml:4: budget: is '.nan', no number; give a number"),
      ("budget: 10", "budget: nan", "m.yaml:4: budget: is 'nan'; give a finite number"),
      ("budget: 10", "budget: inf", "m.yaml:4: budget: is 'inf'; give a finite number"),
      ("budget: 10", "budget: -3", "m.yaml:4: budget: is -3.0; give a positive number"),
      (
        "budget: 10", "name: again",
        "m.yaml:1: is no YAML (repeated key 'name'); check indentation, colons and brackets there"
      ),
      ("season: [1, 3]", "season: [1]", "m.yaml:3: season: holds 1 weights for 2 ticks; give one per tick"),
      ("season: [1, 3]", "season: 4", "m.yaml:3: season: is no list; give a list"),
      ("ticks: 2", "ticks: two", "m.yaml:2: ticks: is 'two'; give a whole number"),
      (
        "volume: 100", "volme: 100", "m.yaml:8: channels[0].auction.volme: is unknown; did you mean 'volume'?"
      ),
      ("      volume: 100\n", "", "m.yaml:8: channels[0].auction: lacks 'volume'; add 'volume: …'"),
      (
        "[0, 1, 2]\n      click", "[0, 1, -2]\n      click",
        "m.yaml:9: channels[0].auction.prices[2]: is -2.0; give a number of at least 0"
      ),
      (
        "[0, 1, 2]\n      click", "[0, 0]\n      click",
        "m.yaml:9: channels[0].auction.prices: is all zero; give at least one price a positive count"
      ),
      (
        "bids: [0, 1, 2.5]", "bids: [0, 2, 1]",
        "m.yaml:12: channels[0].auction.bids[2]: is 1.0 after 2.0; let every level be above the one before"
      ),
      (
        "name: radio", "name: search",
        "m.yaml:13: channels[1].name: repeats 'search'; give every channel a name of its own"
      ),
      (
        "maximum_level: 1", "maximum_level: 7",
        "m.yaml:14: channels[1].maximum_level: is 7; choose a rung from 0 to 2"
      ),
      (
        "prices: [0, 1, 2]", "prices: {file: absent.csv, campaign: 1}",
        "m.yaml:9: channels[0].auction.prices.file: cannot be read; check the path and the permissions"
      ),
      (
        "bids: [0, 1, 2.5]", "delay: {shares: [0.4, 0.3]}\n      bids: [0, 1, 2.5]",
        "m.yaml:12: channels[0].auction.delay.shares: holds 2 shares that sum to 0.7; give 1 to 100 shares of at least 0 "
          + "that sum to 1, the first of them reported at once"
      ),
      (
        "weibull", "gamma",
        "m.yaml:17: channels[1].response.adstock.gamma: is unknown; did you mean 'weibull'?"
      ),
    ])
  func mistake(original: String, mistaken: String, expected: String) throws {
    let text = small.replacingOccurrences(of: original, with: mistaken)
    #expect(text != small)
    let error = try #require(throws: InputError.self) {
      try Market(yaml: text, directory: "/", file: "m.yaml")
    }
    if mistaken.contains("gamma") {
      #expect(error.kind == .unknownKey && error.line == 17)
    } else {
      #expect(error.description == expected)
    }
  }

  @Test(arguments: [
    ("{geometric: 8}", ReportingDelay.geometric(mean: 8)), ("{shares: [0.4, 0.6]}", .shares([0.4, 0.6])),
  ])
  func delaysAreReadAndWritten(text: String, delay: ReportingDelay) throws {
    let prompt = try Market(yaml: small)
    let late = try Market(
      yaml: small.replacingOccurrences(of: "bids:", with: "delay: \(text)\n      bids:"))
    guard case .auction(let auction) = late.channels[0].kind else {
      Issue.record("The first channel bids in auctions.")
      return
    }
    #expect(auction.delay == delay && late.digest != prompt.digest)
    #expect(try Market(yaml: late.yaml) == late)
  }

  @Test func malformedTextIsOneLine() throws {
    for text in ["", "name: [1, 2", "a: b: c", "- x\n  y: {", "\u{0}", "*nobody", "name: x\n\tticks: 2"] {
      let error = try #require(throws: InputError.self) { try Market(yaml: text, file: "m.yaml") }
      #expect(!error.description.contains("\n") && error.description.hasPrefix("m.yaml"), "\(text)")
      #expect(error.kind == .malformed, "\(error)")
    }
  }

  @Test func filesStandBesideTheMarket() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ name: String, _ text: String) throws -> String {
      let path = folder.appendingPathComponent(name)
      try Data(text.utf8).write(to: path)
      return path.path
    }
    _ = try write("prices.csv", "campaign,n_price_0,n_price_1,n_price_2\n7,1,1,1\n8,0,4,x\n")
    func market(campaign: Int) throws -> Market {
      let prices = "prices: {file: prices.csv, campaign: \(campaign)}"
      return try Market(
        contentsOf: write("m.yaml", small.replacingOccurrences(of: "prices: [0, 1, 2]", with: prices)))
    }
    guard case .auction(let auction) = try market(campaign: 7).channels[0].kind else { throw Unexpected() }
    #expect(auction.prices.prefix(4) == [1, 1, 1, 0])
    let unreadable = try #require(throws: InputError.self) { try market(campaign: 8) }
    #expect(
      unreadable.description.hasSuffix("prices.csv:3: n_price_2: is 'x', no number; give a finite number"))
    let absent = try #require(throws: InputError.self) { try market(campaign: 9) }
    #expect(
      absent.line == 9 && absent.problem.hasPrefix("'9' stands in no row")
        && absent.remedy == "known are 7, 8")
    let missing = try #require(throws: InputError.self) {
      try Market(contentsOf: folder.path + "/none.yaml")
    }
    #expect(missing.kind == .missing)
  }
}

private struct Unexpected: Error {}
