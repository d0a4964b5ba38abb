/// The numbers that a setting allows.
package struct Interval: Sendable, CustomStringConvertible {
  let lower: Float
  let upper: Float
  var excludesLower = false

  package static func atLeast(_ bound: Float) -> Interval { Interval(lower: bound, upper: .infinity) }
  package static func above(_ bound: Float) -> Interval {
    Interval(lower: bound, upper: .infinity, excludesLower: true)
  }
  package static let share = Interval(lower: 0, upper: 1, excludesLower: true)
  package static let unit = Interval(lower: 0, upper: 1)

  /// The number that a word spells, if it is finite and allowed.
  package func number(_ word: String) -> Float? {
    guard let number = Float(word), number.isFinite, number >= lower, number <= upper else { return nil }
    return excludesLower && number == lower ? nil : number
  }

  package var description: String {
    if upper.isFinite {
      return (excludesLower ? "above " : "from ") + JSONValue(lower).text() + " to " + JSONValue(upper).text()
    }
    return (excludesLower ? "above " : "of at least ") + JSONValue(lower).text()
  }
}

extension FixedWidthInteger {
  /// A whole number as people spell it in configurations: `2000000`, `2_000_000` or `2e6`.
  package init?(plain word: String) {
    let digits = word.filter { $0 != "_" }
    if let number = Self(digits) {
      self = number
    } else if digits.contains(where: { $0 == "e" || $0 == "E" }), let number = Double(digits),
      abs(number) < 0x1p53,
      let exact = Self(exactly: number)
    {
      self = exact
    } else {
      return nil
    }
  }
}
