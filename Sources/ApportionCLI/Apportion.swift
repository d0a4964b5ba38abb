import Apportion
import ArgumentParser
import Runs

@main
struct ApportionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apportion",
    abstract: "Decides the bid on every marketing channel under one budget.",
    version: programVersion,
    subcommands: [
      MarketsCommand.self, CalibrateCommand.self, PlanCommand.self, TrainCommand.self, EvaluateCommand.self,
      ExplainCommand.self, ReportCommand.self, ExportCommand.self, ImportCommand.self, DecideCommand.self,
      PublishCommand.self,
    ] + serving + [BenchmarkCommand.self])

  /// Left out of builds without the trait `Serving`.
  private static var serving: [any ParsableCommand.Type] {
    #if Serving
      [ServeCommand.self, CampaignsCommand.self, MonitorCommand.self]
    #else
      []
    #endif
  }

  /// Runs the command line; every failure is one line on stderr and an exit status of sysexits.h.
  static func main() {
    // Whatever runs in parallel here does so on threads of ours; on any number of them, results are the same bits.
    setBLASThreads(1)
    chooseBLASKernels()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      leave(with: error)
    }
  }
}
