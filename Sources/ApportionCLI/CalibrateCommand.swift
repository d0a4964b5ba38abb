import Apportion
import ArgumentParser
import Experiments

struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Calibrates a market from a table of spends and outcomes by week or day.",
    discussion: """
      Fits a media mix model (adstock, Hill saturation, trend, season, controls; media effects at least 0) and draws \
      plausible markets from what the history leaves possible. Patterns take * and ?, and commas between several.
      """)

  @Argument(help: ArgumentHelp("The table.", valueName: "history.csv"))
  var table: String

  @Option(help: "The column of the outcome.")
  var outcome: String

  @Option(help: "Patterns of the columns of money, as 'mdsp_*'.")
  var spend: [String]

  @Option(help: "The column of dates (default: the first that holds dates).")
  var date: String?

  @Option(help: "Patterns of the columns of prices, holidays and events.")
  var controls: [String] = []

  @Option(help: "Pairs of sine and cosine in the season of a year; 0 for none.")
  var season = 3

  @Option(help: "Which adstocks are tried: geometric, weibull or both.")
  var adstock: MediaMixOptions.AdstockFamily = .both

  @Option(
    help:
      "What share of the outcome media may well bring, all together: the scale of the prior, which the history corrects."
  )
  var mediaShare = 0.3

  @Option(help: "The number of plausible markets.")
  var draws = 200

  @Option(help: "The share of the history, at its end, that tests the forecast.")
  var holdout = 0.2

  @Option(help: "Decides the draws.")
  var seed: UInt64 = 0

  @Option(help: "The market's file (default: the table's name with .yaml, here).")
  var output: String?

  @OptionGroup var options: OutputOptions

  func validate() throws {
    guard (0...26).contains(season) else { throw ValidationError("--season takes 0 to 26, not \(season).") }
    guard (2...10_000).contains(draws) else {
      throw ValidationError("--draws takes 2 to 10000, not \(draws).")
    }
    guard mediaShare > 0, mediaShare <= 10 else {
      throw ValidationError("--media-share takes a share above 0, not \(mediaShare).")
    }
    guard (0.05...0.5).contains(holdout) else {
      throw ValidationError("--holdout takes a share from 0.05 to 0.5, not \(holdout).")
    }
  }

  func run() throws {
    func patterns(_ texts: [String]) -> [String] {
      texts.flatMap { $0.split(separator: ",").map { String($0.drop { $0 == " " }) } }
    }
    var fit = MediaMixOptions()
    fit.adstock = adstock
    fit.harmonics = season
    fit.mediaShare = mediaShare
    fit.draws = draws
    fit.holdout = holdout
    fit.seed = seed
    let report = try calibrateMedia(
      table,
      columns: MediaColumns(
        outcome: outcome, spends: patterns(spend), date: date, controls: patterns(controls)),
      options: fit, output: output)
    options.show(report.json, text: report.text)
  }
}

extension MediaMixOptions.AdstockFamily: ExpressibleByArgument {}
