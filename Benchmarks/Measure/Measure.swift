import Apportion
import ArgumentParser

/// Times one piece of work and prints JSON: `seconds` per item of work.
@main struct Measure: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Times one piece of work and prints JSON; Benchmarks/compare-peers runs it beside the peers.",
    subcommands: [
      Update.self, ChannelUpdate.self, TrainCartPole.self, Stepping.self, Sampling.self, Products.self,
      Growth.self, Acting.self, Campaigning.self,
      PlayBandit.self, Shop.self, Satisfaction.self, LargeCatalogue.self, JudgeLog.self,
    ])

  static func main() {
    chooseBLASKernels()
    main(nil)
  }
}

/// What every piece takes.
struct CommonOptions: ParsableArguments {
  @Option(help: "The threads to use; all processors unless told otherwise.")
  var threads: Int?
}
