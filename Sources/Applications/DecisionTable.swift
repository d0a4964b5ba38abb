import Documents

/// What to do next, for people, for machines and for spreadsheets.
package protocol Decision: Document {
  /// A table of comma-separated values, a row for each thing that is decided.
  var csv: String { get }
}

/// A decision whose rows have the same columns everywhere: a sentence and a table, members and rows, a CSV file.
package struct DecisionTable: Decision {
  /// What led to the decision, in a sentence or two.
  package let sentence: String
  /// The same for machines.
  package let facts: [JSONValue.Member]
  /// What the rows are called in the document.
  package let rowsName: String
  /// The names of the columns, words joined by underscores.
  package let columns: [String]
  /// The rows, a value for each column.
  package private(set) var rows: [[JSONValue]] = []

  /// Begins without rows.
  package init(_ sentence: String, facts: [JSONValue.Member], rows rowsName: String, columns: [String]) {
    self.sentence = sentence
    self.facts = facts
    self.rowsName = rowsName
    self.columns = columns
  }

  /// Adds a row.
  package mutating func append(_ row: [JSONValue]) {
    precondition(row.count == columns.count, "A row has a value for each of \(columns.count) columns.")
    rows.append(row)
  }

  package var text: String {
    var table = TextTable(columns.map { $0.split(separator: "_").joined(separator: " ") })
    for row in rows { table.append(row.map(Self.readable)) }
    return sentence + "\n" + (rows.isEmpty ? "" : table.text)
  }

  package func encode(to encoder: any Encoder) throws {
    let rows = rows.map { row in JSONValue.object(zip(columns, row).map { .init($0, $1) }) }
    var container = encoder.singleValueContainer()
    try container.encode(JSONValue.object(facts + [.init(rowsName, .array(rows))]))
  }

  package var csv: String {
    var writer = CSVWriter(columns)
    for row in rows { writer.append(row.map(Self.plain)) }
    return writer.text
  }

  /// Whole numbers as they are, others shortened.
  private static func readable(_ value: JSONValue) -> String {
    guard value.int == nil, let number = value.double else { return plain(value) }
    return Documents.readable(number)
  }

  private static func plain(_ value: JSONValue) -> String {
    switch value {
    case .null: ""
    case .string(let text): text
    default: value.text()
    }
  }
}
