/// A cell that may be a number in one of the ways in which people write numbers: digits in runs, the marks between them, and
/// what stands around them (sign, parentheses, percent, currency).
struct NumberCell {
  private(set) var isNegative = false
  private(set) var isInParentheses = false
  private(set) var isPercent = false
  /// The currency beside the digits as a code; nil where there is none.
  private(set) var currency: String?
  /// The digits, run after run.
  private var runs: [[UInt8]] = [[]]
  /// The marks between runs: `.`, `,`, `'` or a blank, whichever kind of apostrophe or blank it was.
  private var marks: [UInt8] = []
  private var exponent = 0
  private var hasExponent = false

  private static let apostrophes: Set<Unicode.Scalar> = ["'", "’", "‘", "ʼ", "´", "`"]

  /// Takes a text apart; nil where it is no number in any way.
  init?(_ text: String) {
    var body = Array(text.unicodeScalars)[...]
    guard body.contains(where: { Self.digit($0) != nil }), stripEnds(&body) else { return nil }
    var place = body.startIndex
    while place < body.endIndex {
      let scalar = body[place]
      if let digit = Self.digit(scalar) {
        runs[runs.count - 1].append(digit)
      } else if scalar == "e" || scalar == "E" {
        let text = String(String.UnicodeScalarView(body[(place + 1)...]))
        guard let power = Int(text), abs(power) < 1000, runs.contains(where: { !$0.isEmpty }) else {
          return nil
        }
        (exponent, hasExponent) = (power, true)
        break
      } else {
        guard let mark = Self.mark(scalar) else { return nil }
        marks.append(mark)
        runs.append([])
      }
      place += 1
    }
    guard runs.contains(where: { !$0.isEmpty }) else { return nil }
  }

  /// Takes off what stands before and behind the digits; false where that belongs to no number.
  private mutating func stripEnds(_ body: inout ArraySlice<Unicode.Scalar>) -> Bool {
    var (isOpen, isClosed, signs) = (false, false, 0)
    while let first = body.first, Self.digit(first) == nil {
      if first == "." || first == "," { break }
      if Self.isBlank(first) {
        body.removeFirst()
      } else if first == "-" || first == "−" || first == "+" {
        isNegative = first != "+"
        signs += 1
        body.removeFirst()
      } else if first == "(" {
        guard !isOpen else { return false }
        isOpen = true
        body.removeFirst()
      } else if first == "%" {
        guard !isPercent else { return false }
        isPercent = true
        body.removeFirst()
      } else {
        let word = body.prefix {
          Self.digit($0) == nil && !Self.isBlank($0) && !"-−+(".unicodeScalars.contains($0)
        }
        guard take(word) else { return false }
        body = body[word.endIndex...]
      }
    }
    while let last = body.last, Self.digit(last) == nil {
      if last == "," || (last == "." && body.dropLast().last.map { Self.digit($0) != nil } ?? false) { break }
      if Self.isBlank(last) {
        body.removeLast()
      } else if last == "-" || last == "−" {
        isNegative = true
        signs += 1
        body.removeLast()
      } else if last == ")" {
        guard isOpen, !isClosed else { return false }
        isClosed = true
        body.removeLast()
      } else if last == "%" {
        guard !isPercent else { return false }
        isPercent = true
        body.removeLast()
      } else {
        let length = body.reversed().prefix { Self.digit($0) == nil && !Self.isBlank($0) && $0 != ")" }.count
        guard take(body.suffix(length)) else { return false }
        body.removeLast(length)
      }
    }
    isInParentheses = isOpen
    if isOpen {
      guard isClosed, signs == 0 else { return false }
      isNegative = true
    }
    return isOpen == isClosed && signs <= 1
  }

  /// Takes a word as the currency; false where it is none, or the second one.
  private mutating func take(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
    guard currency == nil, let code = Currency.code(String(String.UnicodeScalarView(word))) else {
      return false
    }
    currency = code
    return true
  }

  /// The number if `decimal` is the decimal sign; nil where the cell cannot be read so.
  ///
  /// Any other mark groups digits: by threes, or by a last three and twos before it, as in India.
  func value(decimal: UInt8) -> Double? {
    var (whole, fraction) = (runs, [UInt8]())
    var grouping = marks
    if marks.last == decimal {
      fraction = whole.removeLast()
      grouping.removeLast()
      guard !whole[whole.count - 1].isEmpty || (whole.count == 1 && !fraction.isEmpty) else { return nil }
    }
    if let mark = grouping.first {
      guard mark != decimal, !hasExponent, grouping.allSatisfy({ $0 == mark }), Self.areGroups(whole) else {
        return nil
      }
    }
    let power = exponent - (isPercent ? 2 : 0)
    let digits = String(decoding: whole.joined(), as: UTF8.self)
    let text = "\(digits.isEmpty ? "0" : digits).\(String(decoding: fraction, as: UTF8.self))0e\(power)"
    guard let value = Double(text), value.isFinite else { return nil }
    return isNegative ? -value : value
  }

  private static func areGroups(_ runs: [[UInt8]]) -> Bool {
    guard let first = runs.first, first.first != UInt8(ascii: "0"), runs.last?.count == 3 else {
      return false
    }
    let middle = runs.dropFirst().dropLast()
    return (1...3).contains(first.count) && middle.allSatisfy { $0.count == 3 }
      || (1...2).contains(first.count) && middle.allSatisfy { $0.count == 2 }
  }

  /// Whether digits are grouped or set off by a decimal sign.
  var hasMarks: Bool { !marks.isEmpty }
  /// Digits before any mark.
  var leadingDigits: Int { runs[0].count }
  /// Whether a number in plain or scientific notation is all there is.
  var isPlain: Bool {
    !isInParentheses && !isPercent && currency == nil && marks.count < 2
      && marks.allSatisfy { $0 == UInt8(ascii: ".") }
  }

  private static func digit(_ scalar: Unicode.Scalar) -> UInt8? {
    (48...57).contains(scalar.value) ? UInt8(scalar.value) : nil
  }

  private static func mark(_ scalar: Unicode.Scalar) -> UInt8? {
    if scalar == "." || scalar == "," { return UInt8(scalar.value) }
    if apostrophes.contains(scalar) { return UInt8(ascii: "'") }
    return isBlank(scalar) ? UInt8(ascii: " ") : nil
  }

  /// Blanks, those that do not break lines included.
  static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x20, 0xA0, 0x2007, 0x2009, 0x202F: true
    default: false
    }
  }
}

/// Whether a text stands for a cell without content: nothing, a dash, or what programs write for a missing number.
func isBlankCell(_ text: String) -> Bool {
  ["", "-", "–", "—", "na", "n/a", "#n/a", "nan", "null", "none", "nil"].contains(text.lowercased())
}
