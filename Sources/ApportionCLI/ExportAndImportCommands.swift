import Applications
import Apportion
import ArgumentParser
import Documents
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
    options.show(export)
  }
}

extension PolicyFormat: ExpressibleByArgument {}

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Makes a run of a safetensors file: ours, or a PyTorch module's weights.",
    discussion: "docs/policy-format.md lists the names that the tensors need.")

  @Argument(help: "The safetensors file.")
  var file: String

  @Option(
    help: "The policy's market: a bundled market's name or a market file's path (default: nine-campaigns).")
  var market: String?

  @Option(help: "What the policy sees of the market: planner or advertiser (default: planner).")
  var observation: String?

  @Option(help: "The new run's folder.")
  var output: String

  @OptionGroup var options: OutputOptions

  func run() throws {
    let run = try decide(
      TrainingRequest(
        problem: market, algorithm: Algorithm.paired.name,
        overrides: observation.map { ["observation=\($0)"] } ?? []))
    let policy = try run.importing(file, folder: output)
    let sizes = ([policy.shape.observationSize] + policy.shape.hidden).map { "\($0)" }.joined(separator: "-")
    options.show(
      [
        "run": .string(output), "market": .string(policy.metadata["market"] ?? ""),
        "hidden": .array(policy.shape.hidden.map { JSONValue($0) }),
        "parameters": JSONValue(policy.weights.count),
      ],
      text: "A network \(sizes) of \(policy.weights.count) parameters. The run is in \(output)\n")
  }
}
