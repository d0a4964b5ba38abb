#if Serving
  import Apportion
  import ArgumentParser
  import Documents
  import Runs
  import Serving

  struct CampaignsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "campaigns",
      abstract: "Shows, exports and ends the campaigns that a server has kept in a file.",
      discussion: "The file must not be in use: end its server first.")

    @Option(help: "The file that `serve --state` named.")
    var state: String

    @Option(help: "Prints the journal of a campaign, one JSON document a line.")
    var export: String?

    @Option(help: "Ends a campaign.")
    var end: String?

    @OptionGroup var options: OutputOptions

    func validate() throws {
      guard export == nil || end == nil else { throw ValidationError("Give --export or --end, not both.") }
    }

    func run() throws {
      let archive = try CampaignArchive(state)
      if let export {
        for event in try archive.journal(of: export) { print(event.text()) }
        return
      }
      if let end { try archive.end(end) }
      var table = TextTable(["model", "id", "version", "tick", "budget", "left", "conversions", "flags"])
      let rows = try archive.rows
      for row in rows { table.append(row) }
      options.show(try archive.json, text: rows.isEmpty ? "The file holds no campaigns.\n" : table.text)
    }
  }
#endif
