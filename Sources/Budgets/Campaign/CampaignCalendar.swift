import Documents
import Foundation

/// Which tick of a campaign a moment belongs to.
///
/// Ticks shorter than a day are equal lengths of elapsed time, so a day on which clocks are put forward has fewer of them;
/// ticks of whole days are days of the local calendar, which then last 23, 24 or 25 hours. A local time that comes twice
/// means the first of the two, one that is skipped is refused; times with an offset or `Z` are never in doubt.
public struct CampaignCalendar: Sendable {
  /// How long a tick lasts.
  public enum TickLength: Sendable, Equatable {
    /// Seconds of elapsed time.
    case seconds(Int)
    /// Days of the local calendar.
    case days(Int)

    /// Reads `30m`, `2h` or `1d`; nil where the text is none of them.
    public init?(_ text: String) {
      guard let unit = text.last, let count = Int(text.dropLast()), count > 0, count <= 100_000 else {
        return nil
      }
      switch unit {
      case "m": self = .seconds(60 * count)
      case "h": self = .seconds(3600 * count)
      case "d": self = .days(count)
      default: return nil
      }
    }
  }

  private let start: Moment
  private let length: TickLength
  private let zone: TimeZone

  /// Seconds since 1970 in UTC, and the local day and second of the day that they are.
  private struct Moment {
    let seconds: Int
    let day: Int
    let second: Int
  }

  /// Describes a calendar.
  ///
  /// - Parameters:
  ///   - start: when tick 0 begins, as `2026-11-27 00:00`.
  ///   - length: how long a tick lasts.
  ///   - zone: the name of the time zone, as `Europe/Berlin`.
  /// - Throws: `InputError` where there is no such moment or zone.
  public init(start: String, length: TickLength, zone: String = "UTC") throws(InputError) {
    guard let zone = TimeZone(identifier: zone) else {
      throw InputError(
        .invalid, key: "time zone", problem: "'\(zone)' is none", remedy: "name one as Europe/Berlin or UTC")
    }
    self.zone = zone
    self.length = length
    guard let moment = Self.moment(start, in: zone) else { throw Self.noMoment("start", start) }
    self.start = moment
  }

  /// The tick that a moment falls into, below 0 before the start.
  ///
  /// - Throws: `InputError` where the text is no moment, or one that the clocks skip.
  public func tick(of text: String) throws(InputError) -> Int {
    guard let moment = Self.moment(text, in: zone) else { throw Self.noMoment("time", text) }
    switch length {
    case .seconds(let length): return Self.quotient(moment.seconds - start.seconds, length)
    case .days(let length):
      let days = moment.day - start.day - (moment.second < start.second ? 1 : 0)
      return Self.quotient(days, length)
    }
  }

  /// When a tick begins, in local time.
  public func time(ofTick tick: Int) -> String {
    switch length {
    case .seconds(let length):
      let seconds = start.seconds + tick * length
      return Self.spelling(seconds + zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
    case .days(let length): return Self.spelling((start.day + tick * length) * 86_400 + start.second)
    }
  }

  private static func quotient(_ number: Int, _ divisor: Int) -> Int {
    number >= 0 ? number / divisor : -((divisor - 1 - number) / divisor)
  }

  private static func spelling(_ seconds: Int) -> String {
    let (day, second) = (quotient(seconds, 86_400), seconds - quotient(seconds, 86_400) * 86_400)
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(CalendarDay(number: day)) \(padded(second / 3600)):\(padded(second / 60 % 60))"
  }

  private static func noMoment(_ key: String, _ text: String) -> InputError {
    InputError(
      .invalid, key: key, problem: "'\(text)' is no moment of the time zone",
      remedy: "write moments as 2026-11-27 13:30, with an offset behind where clocks skip or repeat the hour")
  }

  private static func moment(_ text: String, in zone: TimeZone) -> Moment? {
    guard let written = LogMoment(text) else { return nil }
    let local = written.day.number * 86_400 + written.second
    let isSinceEpoch = text.count == 10 && text.allSatisfy(\.isNumber)
    let seconds: Int
    if isSinceEpoch {
      seconds = local
    } else if let offset = offset(text) {
      seconds = local - offset
    } else {
      // The offset is that of the day before or of the day after; where both fit, the earlier moment is meant.
      func offset(_ seconds: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
      }
      let candidates = [local - 86_400, local + 86_400].map { local - offset($0) }
      guard let first = candidates.filter({ $0 + offset($0) == local }).min() else { return nil }
      seconds = first
    }
    let there = seconds + zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
    let day = quotient(there, 86_400)
    return Moment(seconds: seconds, day: day, second: there - day * 86_400)
  }

  /// Seconds of an offset behind a time: `Z`, `+01:00`, `-0530`; nil where there is none.
  private static func offset(_ text: String) -> Int? {
    guard text.count > 16 else { return nil }
    if text.hasSuffix("Z") { return 0 }
    guard let sign = text.dropFirst(16).lastIndex(where: { $0 == "+" || $0 == "-" }) else { return nil }
    let digits = text[text.index(after: sign)...].filter { $0 != ":" }
    guard digits.count == 4, let number = Int(digits) else { return nil }
    return (text[sign] == "-" ? -1 : 1) * (number / 100 * 3600 + number % 100 * 60)
  }
}
