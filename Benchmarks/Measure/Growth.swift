import Apportion
import ArgumentParser
import Workloads

/// What work costs as one of its sizes grows; prints the seconds of each piece of work that the size bears on.
struct Growth: ParsableCommand {
  enum Axis: String, ExpressibleByArgument, CaseIterable { case channels, bids, lanes, replay }

  @Argument(help: "What grows: \(Axis.allCases.map(\.rawValue).joined(separator: ", ")).") var axis: Axis
  @Argument(help: "How far.") var size: Int

  func run() throws {
    switch axis {
    case .channels: try head(channels: size, bids: 16)
    case .bids: try head(channels: 8, bids: size)
    case .lanes:
      let market = try Market.bundled("nine-campaigns")
      try show(["step": step(BudgetAllocation(market: market, observation: .advertiser), lanes: size)])
    case .replay:
      let ring = ReplayWorkload(shape: referenceShape, capacity: size, batch: 256)
      try show([
        "insert": medianSeconds(budget: 0.5) { ring.insert() },
        "sample": medianSeconds(budget: 0.5) { ring.sample() },
      ])
    }
  }

  /// A step of 1,024 lanes of a market with that many channels and bids, and an update of the network with that head.
  private func head(channels: Int, bids: Int) throws {
    let market = try sizedMarket(channels: channels, bids: bids)
    let shape = networkShape(branches: channels, choices: bids)
    setBLASThreads(1)
    let update = DoubleQUpdate(
      shape: shape, maximumBatch: 256, seed: 1, pool: WorkerPool(threads: availableThreads()))
    let ring = ReplayWorkload(shape: shape, capacity: 10_000, batch: 256)
    try show([
      "step": step(BudgetAllocation(market: market, observation: .advertiser), lanes: 1024),
      "update": medianSeconds(budget: 0.5) {
        ring.sample()
        _ = update.update(ring.batch.transitions)
      },
    ])
  }

  private func step(_ environment: some Environment, lanes: Int) -> Double {
    let workload = SteppingWorkload(environment, lanes: lanes)
    return medianSeconds(budget: 0.5) { workload.step() }
  }
}
