import Apportion
import Documents
import Foundation

/// Learns a feed from a log of recommendations and writes its description.
///
/// - Parameters:
///   - log: the table.
///   - columns: what its columns mean.
///   - candidates: see `FeedCalibration`.
///   - output: the description's file; nil for the table's name with `.yaml`, here.
/// - Throws: `InputError` where the log cannot be read, or the description cannot be written.
package func calibrateFeed(
  _ log: String, columns: FeedCalibration.Columns, candidates: Int?, output: String?
) throws -> (json: JSONValue, text: String) {
  let calibration = try FeedCalibration(CSVTable(contentsOf: log), columns: columns, candidates: candidates)
  let file = URL(fileURLWithPath: log)
  let name = file.deletingPathExtension().lastPathComponent
  let path = output ?? "\(name).yaml"
  let yaml = calibration.yaml(name: name, source: file.lastPathComponent)
  // What is written can be read.
  _ = try RecommendationProblem(yaml: yaml, file: path)
  try AtomicFile.write(yaml, to: path)
  let world = calibration.world
  let bound = world.bound(visits: 20_000)
  let json = JSONValue.object([
    .init("file", .string(path)), .init("calibration", calibration.json), .init("bound", JSONValue(bound)),
  ])
  return (
    json,
    calibration.text
      + "The most that anybody can earn of such visitors is \(String(format: "%.5f", bound)) clicks a slate.\n"
      + "The feed is in \(path); learn it by: apportion train --env \(path)\n"
  )
}
