import LinearAlgebra

/// Episodes that a policy plays under a budget, in some lanes side by side.
package final class BudgetedPlay<Environment: WeaklyCoupledEnvironment> {
  package let runner: WeaklyCoupledRunner
  /// (lanes × channels) rows that describe the channels before the step.
  package let rows: Matrix
  /// Lanes × channels: what the policy plays in the step.
  var levels: [Int32]
  /// Lanes: what the last episode gained.
  private(set) var gains: [Double]
  private let block: Environment.Block
  private let steps: Int
  /// Gains and costs, lanes × channels each; then the money left, by lane.
  private let results: Matrix

  /// Opens lanes.
  ///
  /// - Parameter budget: a multiple of the problem's.
  package init(
    _ environment: Environment, policy: WeaklyCoupledPolicy, budget: Double = 1, lanes: Range<Int>,
    seed: UInt64
  ) {
    let count = lanes.count * environment.channelCount
    runner = WeaklyCoupledRunner(policy, lanes: lanes.count, channels: environment.channelCount)
    rows = Matrix(rows: count, columns: environment.columns.count)
    levels = [Int32](repeating: 0, count: count)
    gains = [Double](repeating: 0, count: lanes.count)
    block = environment.makeBlock(lanes: lanes, seed: seed, budget: budget)
    steps = environment.steps
    results = Matrix(rows: 3, columns: count)
  }

  /// Lanes: the money left before the step.
  var money: UnsafePointer<Float> { UnsafePointer(results.view.row(2)) }

  /// Plays the next episode of every lane.
  ///
  /// - Parameter change: takes the step once its levels are chosen, and may change them.
  package func playEpisode(_ change: (_ step: Int) -> Void = { _ in }) {
    let (channels, results) = (runner.channels, results.view)
    block.startEpisode()
    runner.startEpisode()
    for lane in gains.indices { gains[lane] = 0 }
    for step in 0..<steps {
      block.observe(into: rows.view)
      block.moneyLeft(into: results.row(2))
      runner.act(rows: rows.view, step: step, money: money, into: &levels)
      change(step)
      block.step(levels: levels, gains: results.row(0), costs: results.row(1))
      for lane in gains.indices {
        for channel in 0..<channels { gains[lane] += Double(results.row(0)[lane * channels + channel]) }
      }
    }
  }
}
