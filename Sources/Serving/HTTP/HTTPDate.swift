#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The `Date` of HTTP's replies (RFC 9110, section 5.6.7), spelt anew once a second.
struct HTTPDate {
  private var second: time_t = 0
  private var text = ""

  /// The date now.
  mutating func now() -> String {
    let now = time(nil)
    if now != second {
      second = now
      text = Self.spelling(of: now)
    }
    return text
  }

  /// The spelling of a Unix time.
  static func spelling(of second: time_t) -> String {
    var (second, parts) = (second, tm())
    gmtime_r(&second, &parts)
    func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][Int(parts.tm_wday)]
    let month = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ][Int(parts.tm_mon)]
    let clock = "\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))"
    return "\(day), \(padded(parts.tm_mday)) \(month) \(parts.tm_year + 1900) \(clock) GMT"
  }
}
