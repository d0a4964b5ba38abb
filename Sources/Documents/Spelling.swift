/// The known word nearest to a mistyped one, by the number of edits (Levenshtein, 1966); nil where none is near.
package func nearest(to word: String, in known: [String]) -> String? {
  let ranked = known.map { (word: $0, edits: edits(from: word, to: $0)) }
  guard let best = ranked.min(by: { $0.edits < $1.edits }) else { return nil }
  return best.edits <= max(2, best.word.count / 2) ? best.word : nil
}

extension InputError {
  /// A name that nothing has: the nearest of those that there are, and all of them.
  ///
  /// - Parameters:
  ///   - thing: what is named, as in `problem`.
  ///   - name: the name.
  ///   - known: the names that there are.
  package init(noneOf thing: String, called name: String, known: [String]) {
    let meant = nearest(to: name, in: known).map { "did you mean '\($0)'? " } ?? ""
    self.init(
      .missing, problem: "no \(thing) is called '\(name)'",
      remedy: "\(meant)there are \(known.joined(separator: ", "))")
  }
}

/// The smallest number of letters to insert, delete or replace.
private func edits(from source: String, to target: String) -> Int {
  let target = Array(target)
  var row = Array(0...target.count)
  for (index, letter) in source.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for (column, other) in target.enumerated() {
      let replaced = diagonal + (letter == other ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(replaced, min(row[column], diagonal) + 1)
    }
  }
  return row[target.count]
}
