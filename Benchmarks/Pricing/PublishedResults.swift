import Apportion
import ArgumentParser
import Foundation
import Pricing

/// What Topaloglu (2009) reports of his instances: the table topaloglu_results.csv.
struct PublishedResults {
  /// The row of one instance.
  struct Row {
    /// The bounds of the deterministic programme, of the randomized one with the half width of its 95 % interval, and of
    /// the relaxation.
    let deterministic, randomized, randomizedHalfWidth, relaxation: Double
    /// What the relaxation's prices earn, solved five times a season.
    let revenue: Double
  }

  private let path: String
  private let rows: [String: Row]

  init(contentsOf path: String) throws {
    let table = try CSVTable(contentsOf: path)
    guard let file = table.column("file") else { throw ValidationError("\(path) has no column 'file'.") }
    let columns = try ["bound_DLP", "bound_RLP", "bound_RLP_ci95_half", "bound_LR", "revenue_LR"].map {
      try table.numbers(of: $0)
    }
    var rows: [String: Row] = [:]
    for row in 0..<table.rowCount {
      let values = columns.map { $0[row] }
      rows[table.text(row: row, column: file)] = Row(
        deterministic: values[0], randomized: values[1], randomizedHalfWidth: values[2],
        relaxation: values[3], revenue: values[4])
    }
    (self.path, self.rows) = (path, rows)
  }

  /// The row of the instance of a file.
  func row(of instance: String) throws -> Row {
    guard let row = rows[name(instance)] else {
      throw ValidationError("\(path) has no row for \(name(instance)).")
    }
    return row
  }
}

/// The name of the file of an instance.
func name(_ path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }

/// A number with so many digits after its point.
func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

extension NetworkProblem {
  /// Reads an instance.
  init(contentsOf path: String) throws {
    try self.init(topaloglu: String(contentsOfFile: path, encoding: .utf8))
  }
}
