/// What is wrong with a configuration, and where.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// The file and line, or the override.
  public let place: String
  /// What is wrong and how to mend it, without a full stop.
  public let message: String

  /// Joins a place and what is wrong there.
  public init(place: String, message: String) {
    self.place = place
    self.message = message
  }

  /// One line.
  public var description: String { "\(place): \(message)." }
}
