/// A day of the Gregorian calendar as a number: days since 1970-01-01.
public struct CalendarDay: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Days since 1970-01-01.
  public let number: Int

  /// The day of a number.
  public init(number: Int) { self.number = number }

  /// The day of a date; nil where there is no such day (Hinnant, "chrono-compatible low-level date algorithms", 2013).
  public init?(year: Int, month: Int, day: Int) {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1...9999).contains(year), (1...12).contains(month), (1...lengths[month - 1]).contains(day) else {
      return nil
    }
    let shifted = month > 2 ? year : year - 1
    let era = shifted / 400
    let ofEra = shifted - era * 400
    let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    number = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }

  /// The first day of a week of ISO 8601 (a Monday; week 1 holds the year's first Thursday); nil where there is none.
  public init?(year: Int, week: Int) {
    guard let fourth = CalendarDay(year: year, month: 1, day: 4),
      let next = CalendarDay(year: year + 1, month: 1, day: 4)
    else { return nil }
    func monday(_ day: CalendarDay) -> Int { day.number - (day.number + 3) % 7 }
    let number = monday(fourth) + 7 * (week - 1)
    guard week >= 1, number < monday(next) else { return nil }
    self.init(number: number)
  }

  /// Year and month in one number that grows by 1 from month to month.
  public var month: Int {
    let parts = description.split(separator: "-").compactMap { Int($0) }
    return parts.count == 3 ? 12 * parts[0] + parts[1] - 1 : 0
  }

  /// The first day of a month, as `month` numbers it.
  package init(month: Int) {
    self = CalendarDay(year: month / 12, month: month % 12 + 1, day: 1) ?? CalendarDay(number: 0)
  }

  /// Earlier days first.
  public static func < (a: CalendarDay, b: CalendarDay) -> Bool { a.number < b.number }

  /// The day as `2024-02-29`.
  public var description: String {
    let days = number + 719_468
    let era = (days >= 0 ? days : days - 146_096) / 146_097
    let ofEra = days - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * ofYear + 2) / 153
    let day = ofYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func padded(_ value: Int, _ width: Int) -> String {
      String(repeating: "0", count: max(0, width - "\(value)".count)) + "\(value)"
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }
}
