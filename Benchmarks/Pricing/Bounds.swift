import Apportion
import ArgumentParser
import Pricing

/// Bounds of Topaloglu's instances beside the published ones.
struct Bounds: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Computes the DLP, RLP and LR bounds of instances, and compares them with the published.")

  @Option(help: "The published results, topaloglu_results.csv.") var published: String
  @Option(help: "Seasons that the randomized programme draws.") var seasons = 1000
  @Argument(help: "The instances (text, not compressed).") var instances: [String]

  func run() throws {
    let results = try PublishedResults(contentsOf: published)
    var table = TextTable([
      "instance", "DLP", "published", "RLP", "±", "published", "±", "LR", "published", "%",
    ])
    var (unequal, apart, above) = ([String](), [String](), [String]())
    var shares: [Double] = []
    for path in instances {
      let row = try results.row(of: path)
      let problem = try NetworkProblem(contentsOf: path)
      let relaxation = try LagrangianRelaxation(problem)
      relaxation.minimize()
      let deterministic = try problem.deterministicProgramme().bound
      let randomized = try problem.randomizedProgramme(seasons: seasons)
      let share = 100 * relaxation.bound / row.relaxation
      shares.append(share)
      if abs(deterministic - row.deterministic) > 0.51 { unequal.append(name(path)) }
      let noise =
        (randomized.halfWidth * randomized.halfWidth
        + row.randomizedHalfWidth * row.randomizedHalfWidth).squareRoot()
      if abs(randomized.bound - row.randomized) > noise { apart.append(name(path)) }
      if relaxation.bound > randomized.bound || share > 100.1 { above.append(name(path)) }
      table.append([
        name(path), fixed(deterministic, 1), fixed(row.deterministic, 0), fixed(randomized.bound, 0),
        fixed(randomized.halfWidth, 0), fixed(row.randomized, 0), fixed(row.randomizedHalfWidth, 0),
        fixed(relaxation.bound, 1), fixed(row.relaxation, 0), fixed(share, 2),
      ])
    }
    func tell(_ what: String, _ names: [String]) {
      print("\(what): \(names.count) of \(instances.count)" + names.map { " \($0)" }.joined())
    }
    print(table.text)
    tell("DLP off the published by more than a unit's rounding", unequal)
    tell("RLP further from the published than the 95 % interval of their difference", apart)
    tell("LR above our RLP, or above the published LR by more than 0.1 %", above)
    print(
      "LR as a share of the published: \(fixed(shares.min() ?? 0, 2)) to \(fixed(shares.max() ?? 0, 2)) %")
  }
}
