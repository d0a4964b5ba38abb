import Budgets
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
      (DateOrder.yearFirst, "2024-02-29"), (.yearFirst, "2024/2/29"), (.yearFirst, "2024-02-29T00:00:00Z"),
      (.yearFirst, "2024-02-29 00:00"), (.monthFirst, "2/29/2024"), (.dayFirst, "29.2.2024"),
      (.dayFirst, "29/02/2024"), (.serial, "45351"),
    ])
  func readsDates(_ order: DateOrder, _ text: String) {
    #expect(order.day(text)?.description == "2024-02-29")
  }

  @Test(arguments: ["", "2024", "29-2", "2024-02-30", "24-02-29", "a-b-c", "2024--02-29", "1-2-3-2024"])
  func refusesWhatIsNoDate(_ text: String) {
    for order in DateOrder.allCases { #expect(order.day(text) == nil, "\(order)") }
  }
}
