import Apportion
import Documents
import Foundation
import Runs

/// Calibrates a market anew from what campaigns showed that ran in it, and writes it.
///
/// - Parameters:
///   - campaigns: what they showed.
///   - market: the market that they ran in.
///   - journal: where they are kept: the new market's summary names it.
///   - output: the new market's file; nil for `<journal>.yaml` in the working folder.
/// - Throws: `InputError` where no campaign shows a tick, or a file cannot be read; before anything is written, if at all.
package func calibrateJournal(
  _ campaigns: [PlayedCampaign], market: Market, journal: String, output: String? = nil,
  style: ProgressLine.Style = .silent
) throws -> JournalReport {
  let clock = Stopwatch()
  let url = URL(filePath: journal)
  let file = output ?? url.deletingPathExtension().lastPathComponent + ".yaml"
  let progress = ProgressLine(style: style)
  let calibration = try JournalCalibration(campaigns, market: market) { share in
    if progress.isDue { progress.show("reading \(journal): \(Int(100 * share)) %") }
  }
  progress.finish()
  var new = calibration.market
  new.name = URL(filePath: file).deletingPathExtension().lastPathComponent
  new.summary =
    "'\(market.name)' (\(market.digest.prefix(12))) calibrated anew from \(calibration.ticks) ticks of "
    + "\(calibration.campaigns) campaigns in \(url.lastPathComponent)"
    + (market.summary.isEmpty ? "" : "; before: \(market.summary)")
  try new.validate()
  try AtomicFile.write(new.yaml, to: file)
  return JournalReport(file: file, market: new, calibration: calibration, seconds: clock.seconds)
}
