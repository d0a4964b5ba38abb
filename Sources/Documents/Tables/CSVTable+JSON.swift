import Foundation

extension CSVTable {
  /// Reads a table from a file of separated values, or from one that holds a JSON array of flat objects, each a row.
  ///
  /// The columns of the array are the keys of all its objects; what an object lacks is an empty cell. Errors count its rows
  /// as lines, the first object's being line 2.
  /// - Throws: `InputError` where it is neither.
  package init(tableOrJSON path: String) throws(InputError) {
    let bytes = try readBytes(path)
    var reading = TableReading()
    reading.offersBlank = false
    guard bytes.first(where: { $0 > 32 }) == UInt8(ascii: "[") else {
      try self.init(bytes: bytes, path: path, reading: reading)
      return
    }
    let rows: [JSONValue]
    do { rows = try JSONValue(parsing: bytes).array ?? [] } catch {
      throw InputError(
        .malformed, file: path, problem: "is no JSON: \(error)", remedy: "give an array of objects")
    }
    var header: [String] = []
    for (number, row) in rows.enumerated() {
      guard case .object(let members) = row else {
        throw InputError(
          .malformed, file: path, line: number + 2, problem: "is no object",
          remedy: "give an array of objects")
      }
      for member in members where !header.contains(member.key) { header.append(member.key) }
    }
    guard !header.isEmpty else {
      throw InputError(
        .malformed, file: path, problem: "holds nothing", remedy: "give an array of objects, each a row")
    }
    var writer = CSVWriter(header)
    for (number, row) in rows.enumerated() {
      writer.append(
        try header.map { key throws(InputError) in
          switch row[key] ?? .null {
          case .null: ""
          case .boolean(let flag): flag ? "1" : "0"
          case .number(let text), .string(let text): text
          case .array, .object:
            throw InputError(
              .malformed, file: path, line: number + 2, key: key, problem: "is no number and no text",
              remedy: "give a flat object")
          }
        })
    }
    try self.init(bytes: Array(writer.text.utf8), path: path, reading: reading)
  }
}
