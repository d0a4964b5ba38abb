import Apportion
import ArgumentParser
import Reports
import Runs

struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract:
      "Calibrates a market from a table of spends and outcomes, from a log of auctions, or from campaigns that ran.",
    discussion: """
      With --outcome and --spend the table has a row per week, day or month. Without them it has a row per auction: when it \
      was, which channel, the market price, and whether it brought a click and a conversion (0 or 1); such a log may \
      be larger than memory.

      With --action and --reward the table is a log of recommendations, and a feed comes out: a row for what was shown, \
      whether it was clicked on (0 or 1), and --position, --propensity and --segments where they are known.

      With --journal there is no table: what campaigns showed that `serve --state` kept tells volumes, prices, rates, delays \
      and how all of these vary anew; the market that they ran in is the prior, and gives all else. The server may run on.

      From a history: fits a media mix model (adstock, Hill saturation, trend, season, controls; media effects at least 0) and draws \
      posterior draws from what the history leaves possible. Patterns take * and ?, and commas between several.
      """)

  @Argument(help: ArgumentHelp("The table.", valueName: "table.csv"))
  var table: String?

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

  @OptionGroup(title: "Log of recommendations") var decisions: DecisionLogArguments

  @OptionGroup(title: "Campaigns that ran") var journal: JournalArguments

  @Option(help: "The market's file (default: the name of the table, or of the journal, with .yaml, here).")
  var output: String?

  @OptionGroup var options: OutputOptions

  func validate() throws {
    guard (table == nil) != (journal.journal == nil) else {
      throw ValidationError(
        table == nil
          ? "Name the table to calibrate from, or by --journal the file of campaigns that ran."
          : "--journal takes the place of a table: give one of them.")
    }
    guard decisions.columns == nil || outcome == nil else {
      throw ValidationError(
        "--action is of a log of recommendations, --outcome of a history: give one of them.")
    }
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
    guard let table else {
      let report = try journal.calibrate(output: output, style: .standard(isQuiet: options.quiet))
      return options.show(report.json, text: report.text)
    }
    if let columns = decisions.columns {
      let report = try calibrateFeed(
        table, columns: columns, candidates: decisions.candidates, output: output)
      return options.show(report.json, text: report.text)
    }
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

/// What a log of recommendations needs.
struct DecisionLogArguments: ParsableArguments {
  @Option(help: "The column of what was shown: items, or their topics.")
  var action: String?

  @Option(help: "The column of clicks, 0 or 1.")
  var reward: String?

  @Option(help: "The column of positions, from 1 (default: one position).")
  var position: String?

  @Option(help: "The column of probabilities that it was shown with (default: all alike).")
  var propensity: String?

  @Option(help: "The columns that tell groups of visitors apart.")
  var segments: [String] = []

  @Option(help: "How many articles there are to choose from (default: one for each topic, 100 at most).")
  var candidates: Int?

  func validate() throws {
    guard (action == nil) == (reward == nil) else {
      throw ValidationError("--action and --reward go together.")
    }
    guard candidates.map({ (1...1000).contains($0) }) ?? true else {
      throw ValidationError("--candidates takes 1 to 1000, not \(candidates ?? 0).")
    }
  }

  var columns: FeedCalibration.Columns? {
    guard let action, let reward else { return nil }
    return .init(
      action: action, reward: reward, position: position, propensity: propensity, segments: segments)
  }
}

extension MediaMixOptions.AdstockFamily: ExpressibleByArgument {}
extension AuctionChannel.Pricing: ExpressibleByArgument {}
