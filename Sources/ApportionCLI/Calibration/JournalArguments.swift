import Apportion
import ArgumentParser
import Reports
import Runs

#if Serving
  import Serving
#endif

/// What calibration from campaigns that ran needs.
struct JournalArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("The file that `serve --state` keeps campaigns in.", valueName: "campaigns.sqlite"))
  var journal: String?

  @Option(
    help: """
      The market whose campaigns are meant, a name or a file (default: the one that all campaigns of the file ran in, which it \
      keeps).
      """)
  var market: String?

  func validate() throws {
    guard journal != nil || market == nil else {
      throw ValidationError("--market says whose campaigns of a --journal are meant: name that, too.")
    }
  }

  func calibrate(output: String?, style: ProgressLine.Style) throws -> JournalReport {
    #if Serving
      let path = journal ?? ""
      let journal = try CampaignJournal(path, market: try market.map { try Market(named: $0) })
      return try calibrateJournal(
        journal.campaigns, market: journal.market, journal: path, output: output, style: style)
    #else
      throw ValidationError("This program was built without the trait Serving, which --journal needs.")
    #endif
  }
}
