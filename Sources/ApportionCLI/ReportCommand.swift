import Apportion
import ArgumentParser
import Documents
import Reports
import Runs

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes one self-contained HTML page about a run, for people who decide.",
    discussion: """
      Shows what `evaluate` and `explain` left in the run's folder, and plays the static plan and the policy once more to \
      see where their money goes. Further runs, with other seeds, give the headline an interval.
      """)

  @Argument(
    help: ArgumentHelp("The run's folder, and those of the same training with other seeds.", valueName: "run")
  )
  var runFolders: [String]

  @Option(help: "The page (default: report.html in the run's folder).")
  var output: String?

  @OptionGroup var options: OutputOptions

  func run() throws {
    let folders = try runFolders.map { path throws(InputError) in try RunFolder(opening: path) }
    let report = try RunReport(folders)
    let file = output ?? folders[0].report
    try AtomicFile.write(report.html, to: file)
    options.show(["report": .string(file)], text: "The report is in \(file)\n")
  }
}
