import Apportion
import ArgumentParser
import Runs

struct MarketsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "markets", abstract: "Lists the bundled markets and other problems, or checks and shows one."
  )

  @Argument(help: "A problem's name or its file's path.")
  var market: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    if let name = market {
      let problem = try findProblem(name)
      output.show(problem.outline, text: problem.overview)
      return
    }
    var table = TextTable(["problem", "kind", "summary"])
    var outlines: [JSONValue] = []
    for application in applications {
      for name in application.bundledNames {
        let problem = try application.init(bundled: name)
        table.append([name, application.kind, problem.summary])
        outlines.append(problem.outline)
      }
    }
    output.show(["markets": .array(outlines)], text: table.text)
  }
}
