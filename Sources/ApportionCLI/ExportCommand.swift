import Apportion
import ArgumentParser
import Runs

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Exports a run's policy to one file, reads it back and compares the outputs.")

  @Argument(help: ArgumentHelp("The run's folder, or one of its checkpoints.", valueName: "run"))
  var runFolder: String

  @Option(help: "The file's format.")
  var format: PolicyFormat = .safetensors

  @Option(help: "The file (default: exported.<format> in the run's folder).")
  var output: String?

  @OptionGroup var options: OutputOptions

  func run() throws {
    let folder = try RunFolder(opening: runFolder)
    let policy = try folder.readPolicy()
    let file = output ?? "\(folder.path)/exported.\(format.rawValue)"
    let export = try PolicyExport(policy, format: format, to: file)
    options.show(export.json, text: export.text)
  }
}

extension PolicyFormat: ExpressibleByArgument {}
