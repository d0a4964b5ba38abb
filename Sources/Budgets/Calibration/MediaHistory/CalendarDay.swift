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

/// The ways in which spreadsheets write a day.
package enum DateOrder: String, Sendable, CaseIterable {
  /// `2024-02-29`, `2024/2/29`, with or without a time behind it.
  case yearFirst
  /// `2/29/2024`.
  case monthFirst
  /// `29.2.2024`, `29/2/2024`.
  case dayFirst
  /// Excel's own number, days since 1899-12-30.
  case serial

  /// The day that a text means; nil where it is none in this order.
  package func day(_ text: String) -> CalendarDay? {
    if self == .serial {
      guard text.utf8.count == 5, let number = Int(text) else { return nil }
      return CalendarDay(number: number - 25_569)
    }
    let date = text.prefix { $0 != "T" && $0 != " " }
    let parts = date.split(whereSeparator: { "-/.".contains($0) }).compactMap { Int($0) }
    guard parts.count == 3, date.filter({ "-/.".contains($0) }).count == 2 else { return nil }
    switch self {
    case .yearFirst: return parts[0] > 999 ? CalendarDay(year: parts[0], month: parts[1], day: parts[2]) : nil
    case .monthFirst:
      return parts[2] > 999 ? CalendarDay(year: parts[2], month: parts[0], day: parts[1]) : nil
    case .dayFirst: return parts[2] > 999 ? CalendarDay(year: parts[2], month: parts[1], day: parts[0]) : nil
    case .serial: return nil
    }
  }
}
