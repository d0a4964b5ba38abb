import Documents

extension ChoiceObservations {
  /// Reads purchases from a table with a row each: a column for the alternative taken, and a column per attribute and
  /// alternative, called `attribute.alternative`.
  ///
  /// - Parameters:
  ///   - table: the table.
  ///   - choice: the column that names the alternative taken.
  ///   - attributes: the attributes' names.
  /// - Throws: `InputError` where a column lacks or a cell holds something else.
  public init(table: CSVTable, choice: String = "choice", attributes: [String]) throws(InputError) {
    guard let chosen = table.column(choice) else { throw table.missing(column: choice) }
    guard let first = attributes.first else {
      throw InputError(
        .invalid, file: table.path, problem: "names no attribute", remedy: "name the price at least")
    }
    let alternatives = table.header.filter { $0.hasPrefix(first + ".") }.map {
      String($0.dropFirst(first.count + 1))
    }
    guard alternatives.count > 1, table.rowCount > 0 else {
      throw InputError(
        .invalid, file: table.path, key: first,
        problem: "has fewer than two columns '\(first).…', or no rows",
        remedy: "give one per alternative, and a row per purchase")
    }
    var columns: [[Double]] = []
    for alternative in alternatives {
      for attribute in attributes { columns.append(try table.numbers(of: "\(attribute).\(alternative)")) }
    }
    var choices: [Int] = []
    for row in 0..<table.rowCount {
      let name = table.text(row: row, column: chosen)
      guard let number = alternatives.firstIndex(of: name) else {
        throw table.error(
          row: row, column: chosen, "is '\(name)', no alternative",
          "known are \(alternatives.joined(separator: ", "))")
      }
      choices.append(number)
    }
    self.init(
      alternatives: alternatives, attributes: attributes,
      values: (0..<table.rowCount).flatMap { row in columns.map { $0[row] } }, choices: choices)
  }

  /// The mean of an attribute, per alternative.
  public func means(of attribute: Int) -> [Double] {
    alternatives.indices.map { alternative in
      var sum = 0.0
      for purchase in choices.indices {
        sum += values[(purchase * alternatives.count + alternative) * attributes.count + attribute]
      }
      return sum / Double(choices.count)
    }
  }
}
