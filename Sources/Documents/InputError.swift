/// What is wrong with something that a user gave, where it stands and how to mend it, in one line.
public struct InputError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of mistake it is; a program's exit status follows from it.
  public enum Kind: Sendable, Equatable {
    /// A file or a name that is not there.
    case missing
    /// The system refuses to read, to write or to listen.
    case inputOutput
    /// A text or a file is not what it should be: no YAML, no table, no policy, no number.
    case malformed
    /// A key that nothing here has.
    case unknownKey
    /// A key that must be there, or a value that makes sense, is lacking.
    case invalid
    /// A setting or an option makes no sense, or not beside the others.
    case configuration
  }

  /// What kind of mistake it is.
  public var kind: Kind
  /// The file it stands in, or the option or the setting that it was given by.
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

extension InputError {
  /// Nothing stands at a path.
  package static func missing(path: String, remedy: String = "check the path") -> InputError {
    InputError(.missing, file: path, problem: "there is no such file", remedy: remedy)
  }

  /// Something stands at a path and cannot be read.
  package static func unreadable(path: String, reason: String) -> InputError {
    InputError(
      .inputOutput, file: path, problem: "cannot be read: \(reason)",
      remedy: "name a file that you may read")
  }

  /// A file cannot be written; what stood there before still stands.
  package static func unwritable(
    path: String, reason: String, remedy: String = "name a place with room that you may write to"
  ) -> InputError {
    InputError(.inputOutput, file: path, problem: "cannot be written: \(reason)", remedy: remedy)
  }

  /// A setting or an option that makes no sense, or not beside the others.
  package static func configuration(_ place: String, _ problem: String, _ remedy: String) -> InputError {
    InputError(.configuration, file: place, problem: problem, remedy: remedy)
  }

  /// The same with the file it stands in, where it does not say so itself.
  package func located(in file: String) -> InputError {
    var located = self
    located.file = self.file ?? file
    return located
  }
}
