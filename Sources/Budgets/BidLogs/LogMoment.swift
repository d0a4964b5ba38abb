import Documents

/// A moment in a log: its day, and the second of that day.
package struct LogMoment: Sendable, Hashable {
  package let day: CalendarDay
  /// Seconds since midnight, below 86400.
  package let second: Int

  /// Reads a timestamp; nil where it is none.
  ///
  /// `2024-02-29 13:05:07`, with `T` between, with fractions, `Z` or an offset behind (which is passed over: the log's own
  /// clock counts); `2024022913`, `202402291305`, `20240229130507`, with milliseconds or without; other ten digits are seconds and 13
  /// milliseconds since 1970.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    if !bytes.isEmpty, bytes.allSatisfy({ (48...57).contains($0) }) {
      switch bytes.count {
      case 12: self.init(digits: bytes + Array("00".utf8))
      case 14, 17: self.init(digits: bytes)
      case 10:
        // Seconds that read as an hour of the years 1990 to 2099 lie in 2033 or later.
        if Self.isRecent(bytes), let hour = Self(digits: bytes + Array("0000".utf8)) {
          self = hour
        } else {
          self.init(seconds: Int(text) ?? 0)
        }
      case 13: self.init(seconds: (Int(text) ?? 0) / 1000)
      default: return nil
      }
      return
    }
    guard bytes.count >= 10, [45, 47].contains(bytes[4]), bytes[7] == bytes[4] else { return nil }
    let date = bytes[0..<4] + bytes[5..<7] + bytes[8..<10]
    if bytes.count == 10 {
      self.init(digits: date + Array("000000".utf8))
      return
    }
    guard bytes.count >= 16, bytes[10] == 84 || bytes[10] == 32, bytes[13] == 58 else { return nil }
    var time = bytes[11..<13] + bytes[14..<16]
    if bytes.count >= 19, bytes[16] == 58 {
      time += bytes[17..<19]
    } else {
      time += Array("00".utf8)
    }
    self.init(digits: date + time)
  }

  private static func isRecent(_ digits: [UInt8]) -> Bool {
    digits.starts(with: Array("20".utf8)) || digits.starts(with: Array("199".utf8))
  }

  private init(seconds: Int) {
    day = CalendarDay(number: seconds / 86_400)
    second = seconds % 86_400
  }

  /// Year, month, day, hour, minute and second in 14 digits; more are passed over.
  private init?(digits: some Sequence<UInt8>) {
    var numbers = [0, 0, 0, 0, 0, 0]
    let ends = [4, 6, 8, 10, 12, 14]
    var part = 0
    for (place, byte) in digits.enumerated() where place < 14 {
      guard (48...57).contains(byte) else { return nil }
      if place == ends[part] { part += 1 }
      numbers[part] = 10 * numbers[part] + Int(byte) - 48
    }
    guard let day = CalendarDay(year: numbers[0], month: numbers[1], day: numbers[2]), numbers[3] < 24,
      numbers[4] < 60, numbers[5] < 61
    else { return nil }
    self.day = day
    second = min(numbers[3] * 3600 + numbers[4] * 60 + numbers[5], 86_399)
  }
}
