/// How the cells of a table are to be read, where its owner says so.
public struct TableReading: Sendable, Equatable {
  /// The decimal sign, `.` or `,`; nil leaves it to the table.
  public var decimal: Character?
  /// What stands between thousands: `.`, `,`, `'` or a blank; nil leaves it to the table.
  public var thousands: Character?
  /// The number that cells without content stand for; nil where they are mistakes.
  public var blank: Double?
  /// Whether a person may say by `--blank` what such cells mean; where nobody may, mistakes do not speak of it.
  var offersBlank = true

  /// Leaves everything to the table.
  public init(decimal: Character? = nil, thousands: Character? = nil, blank: Double? = nil) {
    self.decimal = decimal
    self.thousands = thousands
    self.blank = blank
  }

  /// The decimal sign that both settle: thousands set off by one of the two signs leave the other.
  var settledDecimal: UInt8? {
    if let decimal { return decimal.asciiValue }
    return switch thousands {
    case ".": UInt8(ascii: ",")
    case ",": UInt8(ascii: ".")
    default: nil
    }
  }
}
