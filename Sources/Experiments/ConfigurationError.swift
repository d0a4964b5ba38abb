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

/// The candidate that differs from a word by the fewest insertions, deletions and replacements of characters
/// (Levenshtein, 1966); nil without candidates.
func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
  candidates.min { (editDistance(word, $0), $0) < (editDistance(word, $1), $1) }
}

private func editDistance(_ first: String, _ second: String) -> Int {
  let target = Array(second)
  var row = Array(0...target.count)
  for (i, character) in first.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for j in target.indices {
      let replaced = diagonal + (character == target[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
    }
  }
  return row[target.count]
}
