import ArgumentParser

/// The measurements of docs/pricing.md.
@main struct PricingBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pricing-results", abstract: "Bounds, policies and fits of docs/pricing.md.",
    subcommands: [Bounds.self, Networks.self, Sales.self])
}
