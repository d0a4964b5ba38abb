import Apportion
import ArgumentParser
import Documents
import Reports
import Runs

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Says why a run's policy plays as it does in a tick, channel by channel.",
    discussion: """
      Sets the policy's values of all levels beside what the simulator says of them, splits the chosen level's margin \
      over what the policy sees, and plays every channel switched off.
      """)

  @Argument(help: ArgumentHelp("The run's folder, or one of its checkpoints.", valueName: "run"))
  var runFolder: String

  @Option(help: "The tick, from 0.")
  var tick = 0

  @Option(help: "Over how many episodes the simulator's answers are averaged.")
  var episodes = 64

  @Option(help: "Decides the episodes, which never meet those of a training run.")
  var seed: UInt64 = 0

  @Option(help: "Where the result is kept as JSON (default: explanation.json in the run's folder).")
  var output: String?

  @OptionGroup var options: OutputOptions

  func validate() throws {
    guard tick >= 0 else { throw ValidationError("--tick takes a number of at least 0, not \(tick).") }
    guard (1...100_000).contains(episodes) else {
      throw ValidationError("--episodes takes a number from 1 to 100000, not \(episodes).")
    }
  }

  func run() throws {
    let folder = try RunFolder(opening: runFolder)
    let explanation = try explain(run: folder, step: tick, episodes: episodes, seed: seed)
    try AtomicFile.write(document: explanation, to: output ?? folder.explanation)
    options.show(explanation)
  }
}
