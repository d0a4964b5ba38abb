import Foundation

extension CSVTable {
  /// The numbers of the column that a field names.
  package func column(_ name: YAMLField) throws(InputError) -> [Double] {
    let text = try name.text()
    guard column(text) != nil else {
      throw name.error(.invalid, missing(column: text).problem + " of \(path)", missing(column: text).remedy)
    }
    return try numbers(of: text)
  }

  /// The numbers of the columns that start with a prefix and end in 0, 1, 2, …, in the first row that holds a key.
  package func row(where column: String, _ value: YAMLField, prefix: String) throws(InputError) -> [Double] {
    guard let keys = self.column(column) else { throw missing(column: column) }
    let wanted = try value.text()
    guard let row = (0..<rowCount).first(where: { text(row: $0, column: keys) == wanted }) else {
      let known = Set((0..<rowCount).map { text(row: $0, column: keys) }).sorted()
      throw value.error(
        .invalid, "'\(wanted)' stands in no row of \(path)",
        "known are \(known.prefix(20).joined(separator: ", "))")
    }
    var numbers: [Double] = []
    while let index = self.column("\(prefix)\(numbers.count)") {
      numbers.append(try requireNumber(row: row, column: index))
    }
    return numbers
  }
}

/// The bytes of a file, of a pipe too.
package func readBytes(_ path: String) throws(InputError) -> [UInt8] {
  guard let data = FileManager.default.contents(atPath: path) else {
    throw InputError(
      .missing, file: path, problem: "cannot be read", remedy: "check the path and the permissions")
  }
  return [UInt8](data)
}

/// The text of a file.
package func readText(_ path: String) throws(InputError) -> String {
  guard let text = String(validating: try readBytes(path), as: UTF8.self) else {
    throw InputError(.malformed, file: path, problem: "is no UTF-8 text", remedy: "save it as UTF-8")
  }
  return text
}
