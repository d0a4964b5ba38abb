import Foundation

/// A comma-separated table with a header, without quotes.
struct CSVTable {
  let path: String
  let header: [String]
  let rows: [[Substring]]

  init(contentsOf path: String) throws(MarketError) {
    self.path = path
    let lines = try readText(path).split(whereSeparator: \.isNewline)
    guard let first = lines.first else {
      throw MarketError(.malformed, file: path, problem: "is empty", remedy: "give a header and rows")
    }
    header = first.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    rows = lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    for (index, row) in rows.enumerated() where row.count != header.count {
      throw MarketError(
        .malformed, file: path, line: index + 2,
        problem: "has \(row.count) cells under \(header.count) names",
        remedy: "give one cell per column")
    }
  }

  /// The numbers of a column.
  func column(_ name: YAMLField) throws(MarketError) -> [Double] {
    let index = try self.index(of: name.text(), askedAt: name)
    return try rows.indices.map { row throws(MarketError) in try number(row, index) }
  }

  /// The numbers of the columns that start with a prefix and end in 0, 1, 2, …, in the first row that holds a key.
  func row(where column: String, _ value: YAMLField, prefix: String) throws(MarketError) -> [Double] {
    let keys = try index(of: column, askedAt: value)
    let wanted = try value.text()
    guard let row = rows.firstIndex(where: { $0[keys] == wanted }) else {
      let known = Set(rows.map { String($0[keys]) }).sorted()
      throw value.error(
        .invalid, "'\(wanted)' stands in no row of \(path)",
        "known are \(known.prefix(20).joined(separator: ", "))")
    }
    let names = (0...).lazy.map { "\(prefix)\($0)" }
    var numbers: [Double] = []
    for name in names {
      guard let index = header.firstIndex(of: name) else { break }
      numbers.append(try number(row, index))
    }
    return numbers
  }

  private func index(of name: String, askedAt field: YAMLField) throws(MarketError) -> Int {
    guard let index = header.firstIndex(of: name) else {
      throw field.error(
        .invalid, "needs a column '\(name)', which \(path) lacks",
        nearest(to: name, in: header).map { "did you mean '\($0)'?" } ?? "check the table's first line")
    }
    return index
  }

  private func number(_ row: Int, _ column: Int) throws(MarketError) -> Double {
    guard let value = Double(rows[row][column]), value.isFinite else {
      throw MarketError(
        .malformed, file: path, line: row + 2, key: header[column],
        problem: "is '\(rows[row][column])', no number",
        remedy: "give a finite number")
    }
    return value
  }
}

/// The text of a file.
func readText(_ path: String) throws(MarketError) -> String {
  guard let data = FileManager.default.contents(atPath: path) else {
    throw MarketError(
      .missingFile, file: path, problem: "cannot be read", remedy: "check the path and the permissions")
  }
  guard let text = String(data: data, encoding: .utf8) else {
    throw MarketError(.malformed, file: path, problem: "is no UTF-8 text", remedy: "save it as UTF-8")
  }
  return text
}
