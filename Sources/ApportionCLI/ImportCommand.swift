import Apportion
import ArgumentParser
import Documents
import Runs

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
      TrainingRequest(problem: market, overrides: observation.map { ["observation=\($0)"] } ?? []))
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
