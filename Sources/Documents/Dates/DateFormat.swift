/// The ways in which tables write a day.
package enum DateFormat: String, Sendable, CaseIterable {
  /// `2024-02-29`, `2024/2/29`, with or without a time behind it.
  case yearFirst = "year-month-day"
  /// `2/29/2024`, `02/29/24`.
  case monthFirst = "month/day/year"
  /// `29.2.2024`, `29/02/24`.
  case dayFirst = "day/month/year"
  /// `29-Feb-24`, `February 29, 2024`, `29. Februar 2024`.
  case named = "day, month's name, year"
  /// `2024-W09`, `KW 9/2024`: the week's Monday (ISO 8601).
  case isoWeek = "ISO week"
  /// `20240229`.
  case compact = "YYYYMMDD"
  /// `24-02-29`.
  case shortYearFirst = "year-month-day of two digits"
  /// `2024-02`, `Feb 2024`, `202402`: the first of the month.
  case month = "month"
  /// `202409`: the week's Monday.
  case compactWeek = "YYYYWW"
  /// Excel's own number, days since 1899-12-30.
  case serial = "Excel's day numbers"

  /// Whether a text in this format can be nothing but a date, so that a column of dates is known by it.
  package var isUnmistakable: Bool {
    switch self {
    case .yearFirst, .monthFirst, .dayFirst, .named, .isoWeek, .shortYearFirst: true
    case .compact, .month, .compactWeek, .serial: false
    }
  }

  /// The day that a text means; nil where it is none in this format.
  package func day(_ text: String) -> CalendarDay? {
    let date = DateParts(text)
    let (numbers, words) = (date.numbers, date.words)
    switch self {
    case .yearFirst:
      guard date.isNumeric(3), numbers[0].digits == 4 else { return nil }
      return day(numbers[0], numbers[1], numbers[2])
    case .monthFirst:
      guard date.isNumeric(3) else { return nil }
      return day(numbers[2], numbers[0], numbers[1])
    case .dayFirst:
      guard date.isNumeric(3) else { return nil }
      return day(numbers[2], numbers[1], numbers[0])
    case .shortYearFirst:
      guard date.isNumeric(3), numbers[0].digits == 2 else { return nil }
      return day(numbers[0], numbers[1], numbers[2])
    case .named:
      guard numbers.count == 2, words.count == 1, let month = MonthNames.number(words[0]) else { return nil }
      let (year, dayOfMonth) = numbers[0].digits == 4 ? (numbers[0], numbers[1]) : (numbers[1], numbers[0])
      return day(year, .init(value: month, digits: 2), dayOfMonth)
    case .isoWeek:
      guard words.count == 1, ["w", "kw", "cw", "week", "wk"].contains(words[0]),
        (2...3).contains(numbers.count)
      else { return nil }
      let isYearFirst = numbers[0].digits == 4
      guard let year = Self.year(numbers[isYearFirst ? 0 : numbers.count - 1]) else { return nil }
      return CalendarDay(year: year, week: numbers[isYearFirst ? 1 : 0].value)
    case .compact:
      guard date.isNumeric(1), numbers[0].digits == 8 else { return nil }
      let value = numbers[0].value
      return CalendarDay(year: value / 10_000, month: value / 100 % 100, day: value % 100)
    case .month:
      if date.isNumeric(1), numbers[0].digits == 6 {
        return CalendarDay(year: numbers[0].value / 100, month: numbers[0].value % 100, day: 1)
      }
      if date.isNumeric(2) {
        let isYearFirst = numbers[0].digits == 4
        guard numbers[isYearFirst ? 0 : 1].digits == 4, numbers[isYearFirst ? 1 : 0].digits <= 2,
          !isYearFirst || !text.contains(".")
        else { return nil }
        return CalendarDay(
          year: numbers[isYearFirst ? 0 : 1].value, month: numbers[isYearFirst ? 1 : 0].value, day: 1)
      }
      guard numbers.count == 1, words.count == 1, let month = MonthNames.number(words[0]),
        let year = Self.year(numbers[0])
      else { return nil }
      return CalendarDay(year: year, month: month, day: 1)
    case .compactWeek:
      guard date.isNumeric(1), numbers[0].digits == 6 else { return nil }
      return CalendarDay(year: numbers[0].value / 100, week: numbers[0].value % 100)
    case .serial:
      guard date.isNumeric(1), numbers[0].digits == 5 else { return nil }
      return CalendarDay(number: numbers[0].value - 25_569)
    }
  }

  private func day(_ year: DateParts.Number, _ month: DateParts.Number, _ day: DateParts.Number)
    -> CalendarDay?
  {
    guard let year = Self.year(year), month.digits <= 2, day.digits <= 2 else { return nil }
    return CalendarDay(year: year, month: month.value, day: day.value)
  }

  /// A year of four digits, or of two, which means 1969 to 2068 (POSIX).
  private static func year(_ number: DateParts.Number) -> Int? {
    switch number.digits {
    case 4: number.value
    case 2: number.value + (number.value < 69 ? 2000 : 1900)
    default: nil
    }
  }
}

/// The numbers and words of a date; a weekday before it, a time behind it and ordinal endings are passed over.
private struct DateParts {
  struct Number {
    let value: Int
    let digits: Int
  }

  private(set) var numbers: [Number] = []
  private(set) var words: [String] = []

  /// Whether a date is so many numbers and nothing else.
  func isNumeric(_ count: Int) -> Bool { numbers.count == count && words.isEmpty }

  init(_ text: String) {
    var date = Substring(text)
    if let colon = text.firstIndex(of: ":") {
      let head = text[..<colon]
      guard let end = head.lastIndex(where: { $0 == "T" || $0 == " " || $0 == "," }) else { return }
      date = text[..<end]
    }
    var rest = date.lowercased()[...]
    while let first = rest.first {
      if first.isASCII, first.isNumber {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard digits.count < 9, let value = Int(digits) else {
          fail()
          return
        }
        numbers.append(Number(value: value, digits: digits.count))
        rest = rest[digits.endIndex...]
      } else if first.isLetter {
        let word = String(rest.prefix { $0.isLetter })
        rest = rest.dropFirst(word.count)
        let isEnding = ["st", "nd", "rd", "th", "of", "de", "er"].contains(word)
        if !isEnding, !(numbers.isEmpty && words.isEmpty && MonthNames.isWeekday(word)) { words.append(word) }
      } else if "-/., ".contains(first) {
        rest = rest.dropFirst()
      } else {
        fail()
        return
      }
    }
  }

  private mutating func fail() { (numbers, words) = ([], []) }
}
