/// What is wrong with a market, where, and how to mend it, in one line.
public struct InputError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of mistake it is.
  public enum Kind: Sendable, Equatable {
    /// A file cannot be read.
    case missingFile
    /// A text is not what it should be: no YAML, no table, no number.
    case malformed
    /// A key that no market has.
    case unknownKey
    /// A key that every market has, or a value that makes sense, is lacking.
    case invalid
    /// A name that no bundled market has.
    case unknownMarket
  }

  /// What kind of mistake it is.
  public var kind: Kind
  /// The file it stands in.
  public var file: String?
  /// The line it stands on, from 1.
  public var line: Int?
  /// The path of keys that leads to it, as in `channels[2].auction.volume`.
  public var key: String?
  /// What is wrong.
  public var problem: String
  /// How to mend it.
  public var remedy: String

  /// Creates an error.
  public init(
    _ kind: Kind, file: String? = nil, line: Int? = nil, key: String? = nil, problem: String, remedy: String
  ) {
    self.kind = kind
    self.file = file
    self.line = line
    self.key = key
    self.problem = problem
    self.remedy = remedy
  }

  /// `file:line: key: problem; remedy`
  public var description: String {
    let place = file.map { file in line.map { "\(file):\($0)" } ?? file } ?? line.map { "line \($0)" }
    return [place, key, "\(problem); \(remedy)"].compactMap { $0 }.joined(separator: ": ")
  }
}
