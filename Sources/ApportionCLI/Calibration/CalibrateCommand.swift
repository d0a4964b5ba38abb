import Apportion
import ArgumentParser
import Reports
import Runs

struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract:
      "Calibrates a market from a table of spends and outcomes by week, day or month, or from a log of auctions.",
    discussion: """
      With --outcome and --spend the table has a row per week, day or month. Without them it has a row per auction: when it \
      was, which channel, the market price, and whether it brought a click and a conversion (0 or 1); such a log may \
      be larger than memory.

      From a history: fits a media mix model (adstock, Hill saturation, trend, season, controls; media effects at least 0) and draws \
      posterior draws from what the history leaves possible. Patterns take * and ?, and commas between several.
      """)

  @Argument(help: ArgumentHelp("The table.", valueName: "table.csv"))
  var table: String

  @Option(help: "The column of the outcome.")
  var outcome: String?

  @Option(help: "Patterns of the columns of money, as 'mdsp_*'.")
  var spend: [String] = []

  @Option(help: "Pairs of sine and cosine in the season of a year, at most; 0 for none.")
  var season = 3

  @Option(help: "Which adstocks are tried: geometric, weibull or both.")
  var adstock: MediaMixOptions.AdstockFamily = .both

  @Option(
    help:
      "What share of the outcome media may well bring, all together: the scale of the prior, which the history corrects."
  )
  var mediaShare = 0.3

  @Option(
    help: ArgumentHelp(
      "What is known of channels from elsewhere, in YAML: returns, carry-over, lift tests.",
      valueName: "file.yaml"))
  var knowledge: String?

  @Option(help: "The number of plausible markets.")
  var draws = 200

  @Option(help: "The share of the history, at its end, that tests the forecast.")
  var holdout = 0.2

  @Option(help: "Decides the draws.")
  var seed: UInt64 = 0

  @OptionGroup(title: "History") var history: HistoryArguments

  @OptionGroup(title: "Reading the table") var reading: TableArguments

  @OptionGroup(title: "Log of auctions") var log: BidLogArguments

  @Option(help: "The market's file (default: the table's name with .yaml, here).")
  var output: String?

  @OptionGroup var options: OutputOptions

  func validate() throws {
    guard (outcome == nil) == spend.isEmpty else {
      throw ValidationError("--outcome and --spend go together; a log of auctions needs neither.")
    }
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
    let style = ProgressLine.Style.standard(isQuiet: options.quiet)
    guard let outcome else {
      var fit = log.options
      fit.reading = reading.reading
      fit.currency = reading.currency
      let report = try calibrateBidLog(
        table, columns: log.columns, options: fit, output: output, style: style)
      return options.show(report.json, text: report.text)
    }
    var fit = MediaMixOptions()
    fit.adstock = adstock
    fit.harmonics = season
    fit.mediaShare = mediaShare
    fit.draws = draws
    fit.holdout = holdout
    fit.seed = seed
    if let knowledge { fit.knowledge = try Knowledge(contentsOf: knowledge) }
    let report = try calibrateMedia(
      table, columns: history.columns(outcome: outcome, spends: spend, currency: reading.currency),
      reading: reading.reading, options: fit, output: output, style: style)
    options.show(report.json, text: report.text)
  }
}

/// What calibration from a log of auctions needs.
struct BidLogArguments: ParsableArguments {
  @OptionGroup var log: AuctionLogArguments

  @Option(
    help: """
      The column of when conversions were reported, empty where there was none: the market then has its delays (default: \
      conversion_time, converted_at, … where there is one).
      """)
  var conversionTime: String?

  @Option(help: "The number of ticks in a day.")
  var ticks = 48

  @Option(help: "The number of bid levels, off included.")
  var levels = 16

  @Option(help: "What a winner pays: second_price or first_price.")
  var pricing: AuctionChannel.Pricing = .secondPrice

  @Option(help: "Money per day (default: a tenth of what winning every auction of a day costs).")
  var budget: Double?

  func validate() throws {
    guard (1...1440).contains(ticks) else {
      throw ValidationError("--ticks takes 1 to 1440, not \(ticks).")
    }
    guard (2...256).contains(levels) else {
      throw ValidationError("--levels takes 2 to 256, not \(levels).")
    }
    guard budget.map({ $0 > 0 && $0.isFinite }) ?? true else {
      throw ValidationError("--budget takes money above 0, not \(budget ?? 0).")
    }
  }

  var columns: LogColumns {
    var columns = log.columns
    columns.conversionTime = conversionTime
    return columns
  }

  var options: BidLogOptions {
    var options = BidLogOptions()
    options.ticks = ticks
    options.priceUnit = log.priceUnit
    options.levels = levels
    options.pricing = pricing
    options.budget = budget
    return options
  }
}

extension MediaMixOptions.AdstockFamily: ExpressibleByArgument {}
extension AuctionChannel.Pricing: ExpressibleByArgument {}
