import Apportion
import Documents
import Foundation
import Runs

/// Calibrates a market from a log of auctions, and writes it with its histograms of prices beside it.
///
/// - Parameters:
///   - path: the log.
///   - columns: which of its columns are what.
///   - output: the market's file; nil for `<log>.yaml` in the working folder.
/// - Throws: `InputError`; before anything is written, if at all.
package func calibrateBidLog(
  _ path: String, columns: LogColumns, options: BidLogOptions, output: String? = nil,
  style: ProgressLine.Style = .silent
) throws -> BidLogReport {
  let clock = Stopwatch()
  let file = output ?? URL(filePath: path).deletingPathExtension().lastPathComponent + ".yaml"
  let stem = file.hasSuffix(".yaml") ? String(file.dropLast(5)) : file
  let name = URL(filePath: stem).lastPathComponent
  let progress = ProgressLine(style: style)
  let calibration = try BidLogCalibration(
    contentsOf: path, columns: columns, name: name, options: options
  ) { share in
    if progress.isDue { progress.show("reading \(path): \(Int(100 * share)) %") }
  }
  progress.finish()
  try calibration.market.validate()
  let landscapes = stem + ".landscapes.csv"
  try AtomicFile.write(calibration.market.landscapeTable, to: landscapes)
  try AtomicFile.write(calibration.market.yaml(landscapes: name + ".landscapes.csv"), to: file)
  return BidLogReport(market: file, landscapes: landscapes, calibration: calibration, seconds: clock.seconds)
}
