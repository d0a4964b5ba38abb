#if Serving
  import Apportion
  import ArgumentParser
  import Documents
  import Runs
  import Serving

  struct MonitorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "monitor",
      abstract:
        "Sets campaigns that a server keeps beside their forecasts: pacing, channels, and whether the market is still as described.",
      discussion: """
        The file may be in use. The server shows the same at /campaigns. Forecasts are \(CampaignForecast.campaignCount) simulated campaigns of each \
        model; of campaigns in a market as described, 1 in 100 is told that it is not.
        """)

    @Option(help: "The file that `serve --state` named.")
    var state: String

    @Option(help: "The model repository that it is served from.")
    var repository: String

    @Option(help: "Where to keep the page that the server shows, as HTML.")
    var output: String?

    @OptionGroup var options: OutputOptions

    func run() throws {
      let report = try MonitorReport(state: state, repository: repository)
      if let output { try AtomicFile.write(report.html, to: output) }
      var table = TextTable(["model", "id", "tick", "budget", "spend", "forecast", "outcome", "forecast"])
      let rows = report.rows
      for row in rows { table.append(row.cells) }
      let text = table.text + rows.flatMap(\.sentences).map { $0 + "\n" }.joined()
      options.show(
        report.json, text: rows.isEmpty ? "The file holds no campaigns of the repository's models.\n" : text)
    }
  }
#endif
