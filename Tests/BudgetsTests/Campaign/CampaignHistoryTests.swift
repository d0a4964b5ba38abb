import Budgets
import Documents
import Testing

@Suite struct CampaignHistoryTests {
  private func history(_ text: String, calendar: CampaignCalendar? = nil) throws -> CampaignHistory {
    try CampaignHistory(
      CSVTable(bytes: Array(text.utf8), path: "h.csv"), market: CampaignTests.market, calendar: calendar)
  }

  private static let header = "tick,channel,bid,wins,spend,clicks,conversions\n"

  @Test func readsRowsInAnyOrder() throws {
    let read = try history(
      Self.header + "1,search,0.02,40,0.5,3,1\n0,radio,,,0.5,,2.25\n0,search,0.006,10,0.04,0,0\n"
    ).ticks
    #expect(read.map(\.tick) == [0, 1])
    #expect(read[0].channels[0] == .init(bid: 0.006, wins: 10, spend: 0.04))
    #expect(read[0].channels[1] == .init(bid: 0))
    // What a response channel spent is what it bid.
    #expect(read[0].channels[2] == .init(bid: 0.5, spend: 0.5, conversions: 2.25))
    #expect(read[1].channels[0] == .init(bid: 0.02, wins: 40, spend: 0.5, clicks: 3, conversions: 1))
  }

  @Test(arguments: [
    ("tick,channel,bid,wins,spend,clicks\n0,search,0,0,0,0\n", "conversions: is no column"),
    (header + "0,serach,0,0,0,0,0\n", "h.csv:2: channel: is 'serach', no channel of the market"),
    (header + "0,search,0,0,0,0,0\n0,search,0,0,0,0,0\n", "h.csv:3: tick: repeats 'search'"),
    (header + "0,search,0,0,0,0,0\n2,search,0,0,0,0,0\n", "nothing is there of tick 1"),
    (header + "-1,search,0,0,0,0,0\n", "h.csv:2: tick: is '-1', no tick"),
    (header + "0,search,0.1,2,x,0,0\n", "h.csv:2: spend: is 'x', no number"),
    (header + "0,search,0.1,2,0.1,3,0\n", "h.csv:2: clicks of 'search': are 3.0 of 2.0 wins"),
  ])
  func saysWhatCannotBeRead(text: String, problem: String) throws {
    let error = try #require(throws: InputError.self) { try history(text) }
    #expect(error.description.contains(problem), "\(error)")
  }

  /// Berlin put its clocks back at 03:00 on 2026-10-25 and forward at 02:00 on 2026-03-29.
  @Test func calendarsFollowTheClocks() throws {
    let hours = try CampaignCalendar(start: "2026-10-24 22:00", length: .seconds(3600), zone: "Europe/Berlin")
    #expect(try hours.tick(of: "2026-10-24 22:59") == 0)
    #expect(try hours.tick(of: "2026-10-25 02:30") == 4)
    #expect(try hours.tick(of: "2026-10-25 02:30:00+01:00") == 5)
    #expect(try hours.tick(of: "2026-10-25T01:30:00Z") == 5)
    #expect(try hours.tick(of: "2026-10-25 03:00") == 6)
    #expect(try hours.tick(of: "2026-10-24 21:59") == -1)
    #expect(hours.time(ofTick: 5) == "2026-10-25 02:00")
    #expect(hours.time(ofTick: 6) == "2026-10-25 03:00")
    let spring = try CampaignCalendar(
      start: "2026-03-28 00:00", length: .seconds(1800), zone: "Europe/Berlin")
    let error = try #require(throws: InputError.self) { try spring.tick(of: "2026-03-29 02:30") }
    #expect(error.problem.contains("no moment"))
    #expect(try spring.tick(of: "2026-03-29 03:00") == 52)
    let days = try CampaignCalendar(start: "2026-03-28 06:00", length: .days(1), zone: "Europe/Berlin")
    #expect(try days.tick(of: "2026-03-29 05:59") == 0)
    #expect(try days.tick(of: "2026-03-29 06:00") == 1)
    #expect(try days.tick(of: "2026-03-28 05:00") == -1)
    #expect(days.time(ofTick: 2) == "2026-03-30 06:00")
    #expect(throws: InputError.self) { try CampaignCalendar(start: "now", length: .days(1)) }
    #expect(throws: InputError.self) {
      try CampaignCalendar(start: "2026-03-28 06:00", length: .days(1), zone: "Mars/Olympus")
    }
    for text in ["30", "m", "-1h", "0d", "1w"] { #expect(CampaignCalendar.TickLength(text) == nil) }
    #expect(CampaignCalendar.TickLength("30m") == .seconds(1800))
  }

  @Test func historiesTakeTimesForTicks() throws {
    let calendar = try CampaignCalendar(
      start: "2026-11-27 00:00", length: .seconds(1800), zone: "Asia/Shanghai")
    let header = "time,channel,bid,wins,spend,clicks,conversions\n"
    let read = try history(
      header + "2026-11-27 00:00,search,0.006,10,0.04,0,0\n2026-11-27 00:45,radio,0.5,0,0.5,0,1\n",
      calendar: calendar
    ).ticks
    #expect(read.count == 2 && read[1].channels[2].spend == 0.5)
    let early = try #require(throws: InputError.self) {
      try history(header + "2026-11-26 23:59,search,0.006,10,0.04,0,0\n", calendar: calendar)
    }
    #expect(early.description.contains("h.csv:2: time: is '2026-11-26 23:59', no tick"), "\(early)")
  }
}
