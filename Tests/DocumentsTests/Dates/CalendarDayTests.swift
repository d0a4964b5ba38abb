import Documents
import Testing

@Suite struct CalendarDayTests {
  @Test func countsDays() throws {
    #expect(CalendarDay(year: 1970, month: 1, day: 1)?.number == 0)
    #expect(CalendarDay(year: 2000, month: 3, day: 1)?.number == 11_017)
    #expect(CalendarDay(year: 2024, month: 2, day: 29)?.number == 19_782)
    for number in stride(from: -200_000, through: 200_000, by: 37) {
      let parts = "\(CalendarDay(number: number))".split(separator: "-").compactMap { Int($0) }
      #expect(CalendarDay(year: parts[0], month: parts[1], day: parts[2])?.number == number)
    }
  }

  @Test(arguments: [(2023, 2, 29), (1900, 2, 29), (2024, 13, 1), (2024, 4, 31), (2024, 0, 1), (0, 1, 1)])
  func knowsNoOtherDays(_ year: Int, _ month: Int, _ day: Int) {
    #expect(CalendarDay(year: year, month: month, day: day) == nil)
  }

  @Test(
    arguments: [
      (DateFormat.yearFirst, "2024-02-29"), (.yearFirst, "2024/2/29"), (.yearFirst, "2024-02-29T00:00:00Z"),
      (.yearFirst, "2024-02-29 00:00"), (.monthFirst, "2/29/2024"), (.monthFirst, "02/29/24"),
      (.dayFirst, "29.2.2024"), (.dayFirst, "29/02/2024"), (.dayFirst, "29.02.24"),
      (.shortYearFirst, "24-02-29"),
      (.named, "29-Feb-24"), (.named, "29 February 2024"), (.named, "Feb 29, 2024"),
      (.named, "29. Februar 2024"),
      (.named, "2024-Feb-29"), (.named, "Thu, 29th Feb 2024"), (.named, "29 févr. 2024"),
      (.compact, "20240229"),
      (.serial, "45351"),
    ])
  func readsDates(_ format: DateFormat, _ text: String) {
    #expect(format.day(text)?.description == "2024-02-29")
  }

  /// Weeks of ISO 8601: the first of 2021 begins on its fourth day, the 53rd of 2020 in it, 2021 has no 53rd.
  @Test(
    arguments: [
      (DateFormat.isoWeek, "2021-W01", "2021-01-04"), (.isoWeek, "2020W53", "2020-12-28"),
      (.isoWeek, "KW 1/2021", "2021-01-04"), (.isoWeek, "Week 1, 2021", "2021-01-04"),
      (.isoWeek, "2021-W53", nil), (.isoWeek, "2021-W00", nil), (.compactWeek, "202101", "2021-01-04"),
      (.month, "202101", "2021-01-01"), (.month, "2021-03", "2021-03-01"), (.month, "Mar 2021", "2021-03-01"),
      (.month, "03/2021", "2021-03-01"), (.month, "März 21", "2021-03-01"), (.month, "2021-13", nil),
      (.month, "2021.5", nil),
    ] as [(DateFormat, String, String?)])
  func readsWeeksAndMonths(_ format: DateFormat, _ text: String, _ day: String?) {
    #expect(format.day(text)?.description == day)
  }

  @Test(arguments: [
    "", "2024", "29-2", "2024-02-30", "a-b-c", "1-2-3-2024", "31-Jun-2024", "29-Foo-2024", "1e9",
  ])
  func refusesWhatIsNoDate(_ text: String) {
    for format in DateFormat.allCases { #expect(format.day(text) == nil, "\(format)") }
  }
}
