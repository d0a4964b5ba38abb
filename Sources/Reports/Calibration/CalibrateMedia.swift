import Apportion
import Documents
import Foundation
import Runs

/// Calibrates a market from a table of spends and outcomes, and writes it with its posterior draws beside it.
///
/// - Parameters:
///   - path: the table.
///   - columns: which of its columns are what.
///   - reading: how its cells are to be read, where it does not tell by itself.
///   - output: the market's file; nil for `<table>.yaml` in the working folder.
/// - Throws: `InputError`; before anything is written, if at all.
package func calibrateMedia(
  _ path: String, columns: MediaColumns, reading: TableReading = TableReading(), options: MediaMixOptions,
  output: String? = nil, style: ProgressLine.Style = .silent
) throws -> CalibrationReport {
  let clock = Stopwatch()
  let history = try MediaHistory(CSVTable(contentsOf: path, reading: reading), columns: columns)
  let file = output ?? URL(filePath: path).deletingPathExtension().lastPathComponent + ".yaml"
  let name = URL(filePath: file).deletingPathExtension().lastPathComponent
  let progress = ProgressLine(style: style)
  // Products are the same to the bit on one number of threads only.
  let calibration = try withOneBLASThread {
    try MediaMixCalibration(history, name: name, options: options) { share in
      if progress.isDue { progress.show("fitting \(path): \(Int(100 * share)) %") }
    }
  }
  progress.finish()
  try calibration.market.validate()
  let posterior = PosteriorDraws.file(besideMarket: file)
  try AtomicFile.write(calibration.posterior.csv, to: posterior)
  try AtomicFile.write(calibration.market.yaml, to: file)
  return CalibrationReport(
    market: file, posterior: posterior, ticks: history.count, calibration: calibration, seconds: clock.seconds
  )
}
