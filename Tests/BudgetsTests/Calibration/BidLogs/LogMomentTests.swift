import Budgets
import Testing

@Suite struct LogMomentTests {
  @Test(
    arguments: [
      "2024-02-29 13:05:07", "2024-02-29T13:05:07Z", "2024/02/29 13:05:07.250", "2024-02-29T13:05:07+08:00",
      "20240229130507", "20240229130507250", "1709211907", "1709211907250",
    ])
  func readsMoments(_ text: String) throws {
    let moment = try #require(LogMoment(text))
    #expect(moment.day.description == "2024-02-29")
    #expect(moment.second == 13 * 3600 + 5 * 60 + 7)
  }

  @Test func readsMinutesAndDays() throws {
    #expect(try #require(LogMoment("2024-02-29 13:05")).second == 13 * 3600 + 5 * 60)
    #expect(try #require(LogMoment("202402291305")).second == 13 * 3600 + 5 * 60)
    #expect(try #require(LogMoment("2024-02-29")).second == 0)
    let hour = try #require(LogMoment("2024022913"))
    #expect(hour.second == 13 * 3600 && hour.day.description == "2024-02-29")
  }

  @Test(
    arguments: [
      "", "yesterday", "2024-02-30 00:00:00", "2024-02-29 24:00:00", "2024-02-29 12:60:00",
      "29.02.2024 10:00",
      "2024-02-29 12", "170921190", "20240229136107",
    ])
  func refusesWhatIsNone(_ text: String) {
    #expect(LogMoment(text) == nil)
  }
}
