import Apportion
import ArgumentParser
import Pricing

/// Topaloglu's instances: the relaxation's policy, and one network of learned bid prices for all of them.
struct Networks: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Learns bid prices on some instances and plays them on these and on held-out ones.")

  @Option(help: "The published results, topaloglu_results.csv.") var published: String
  @Option(parsing: .upToNextOption, help: "The instances to learn on (text, not compressed).") var train:
    [String]
  @Option(parsing: .upToNextOption, help: "Instances that learning never meets.") var heldOut: [String] = []
  @Option(help: "Passes of learning.") var passes = 40
  @Option(help: "Seasons of each instance in a pass.") var seasons = 48
  @Option(help: "The seed of learning.") var seed: UInt64 = 1

  func run() throws {
    let results = try PublishedResults(contentsOf: published)
    let problems = try (train + heldOut).map { path in
      let relaxation = try LagrangianRelaxation(NetworkProblem(contentsOf: path))
      relaxation.minimize()
      return CapacityPrices(relaxation)
    }
    var configuration = BidPriceLearner.Configuration()
    configuration.passes = passes
    configuration.seasons = seasons
    configuration.seed = seed
    let learner = BidPriceLearner(Array(problems.prefix(train.count)), configuration: configuration)
    learner.run { learner in
      let share = learner.shares.reduce(0, +) / Double(learner.shares.count)
      print("pass \(learner.pass) of \(passes), \(fixed(100 * share, 2)) % of the bounds")
    }
    for (title, part) in [("learned on", 0..<train.count), ("held out", train.count..<problems.count)]
    where !part.isEmpty {
      var sums = (learned: 0.0, own: 0.0, relaxation: 0.0, best: 0.0)
      for index in part {
        let path = (train + heldOut)[index]
        let row = try results.row(of: path)
        let learned = mean(BidPricePolicy(prices: problems[index], network: learner.copyOfNetwork))
        let relaxation = mean(BidPricePolicy(prices: problems[index]))
        sums.learned += learned / row.relaxation
        sums.own += learned / problems[index].bound
        sums.relaxation += relaxation / row.relaxation
        sums.best += row.revenue / row.relaxation
        print(
          "\(name(path))  learned \(fixed(100 * learned / row.relaxation, 2)) %  LR "
            + "\(fixed(100 * relaxation / row.relaxation, 2)) %  published \(fixed(100 * row.revenue / row.relaxation, 2)) %"
        )
      }
      let count = Double(part.count)
      print(
        "\(title): \(fixed(100 * sums.learned / count, 2)) % of the published LR bound (\(fixed(100 * sums.own / count, 2)) % of "
          + "ours), LR's prices \(fixed(100 * sums.relaxation / count, 2)) %, best published \(fixed(100 * sums.best / count, 2)) %"
      )
    }
  }

  private func mean(_ policy: BidPricePolicy) -> Double {
    policy.revenues(seasons: 2048, seed: 1 << 63).reduce(0, +) / 2048
  }
}
