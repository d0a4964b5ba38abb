import ArgumentParser
import Runs

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measures this machine: products, environment steps, updates, training, latency.")

  @Option(help: "Seconds that each measurement takes.")
  var seconds = 1.0

  @OptionGroup var options: OutputOptions

  func validate() throws {
    guard seconds > 0, seconds <= 60 else {
      throw ValidationError("--seconds takes a number above 0 and up to 60, not \(seconds).")
    }
  }

  func run() throws {
    let report = try BenchmarkReport(budget: seconds) { what in
      if !options.quiet { standardError("Measuring \(what) ...\n") }
    }
    options.show(report)
  }
}
