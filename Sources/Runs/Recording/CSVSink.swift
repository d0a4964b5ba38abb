import Documents
import Foundation

/// Metrics as a table: a row per report, a column per name.
///
/// The first row fixes the columns. A number that is not finite leaves its cell empty. Every row is on its way to the
/// disk before `write` returns, so a killed run loses none.
package final class CSVSink: MetricSink {
  private let path: String
  private let file: FileHandle
  private var columns: [String] = []

  /// Creates the file, or empties it.
  package init(path: String) throws(InputError) {
    self.path = path
    try AtomicFile.write([], to: path)
    guard let file = FileHandle(forWritingAtPath: path) else {
      throw .unwritable(path: path, reason: "it cannot be opened")
    }
    self.file = file
  }

  deinit { try? file.close() }

  /// Appends a row; names that the first row did not have are left out.
  package func write(step: Int, metrics: [Metric]) throws {
    var text = ""
    if columns.isEmpty {
      columns = metrics.map(\.name)
      text = columns.joined(separator: ",") + "\n"
    }
    let values = Dictionary(metrics.map { ($0.name, $0.value) }) { _, last in last }
    text += columns.map { Self.cell(values[$0]) }.joined(separator: ",") + "\n"
    do { try file.write(contentsOf: Data(text.utf8)) } catch {
      throw InputError.unwritable(path: path, reason: "\(error.localizedDescription)")
    }
  }

  private static func cell(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    return JSONValue(value).text()
  }
}
