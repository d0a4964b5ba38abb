import Apportion
import ArgumentParser
import Foundation

/// Click rates in RecoGym's world: policies learned from 1,000 visitors shown random products, judged on 1,000 others.
struct Shop: ParsableCommand {
  @Option(help: "How many shops are drawn.") var worlds = 10
  @Option(help: "How many visitors the log has, and how many judge.") var visitors = 1000
  @Option(help: "The first shop's seed.") var seed: UInt64 = 1
  @Option(help: "How many pairs of products swap their click rates.") var flips = 0

  @Option(
    help: "A headless table of a shop's products, each its factors and its popularity, instead of drawn ones."
  )
  var products: String?

  func run() throws {
    let table = try products.map { path in
      try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
        $0.split(separator: ",").compactMap { Float($0) }
      }
    }
    var rates: [String: [Double]] = [:]
    for number in 0..<UInt64(worlds) {
      var law = ShopWorld.Law()
      law.flips = flips
      let world =
        table.map { rows in
          ShopWorld(
            law: law, viewFactors: rows.flatMap { $0.dropLast() },
            viewPopularity: rows.map { $0[law.dimension] })
        } ?? ShopWorld(law: law, seed: seed + number)
      let products = law.products
      let log = ShopLog(world, visitors: visitors, seed: seed + number) { _, stream in
        BanditDecision(arm: stream.integer(below: products), propensity: 1 / Float(products))
      }
      let recommender = ShopRecommender(log, seed: seed + number)
      let popularity = (0..<products).map { product in log.views.count { $0 == product } }
      let columns = log.columns
      let policies: [(String, (ShopWorld.Visitor, inout RandomStream) -> Int)] = [
        ("random", { _, stream in stream.integer(below: products) }),
        ("popular in proportion", { _, stream in log.views[stream.integer(below: log.views.count)] }),
        ("most popular", { _, _ in (0..<products).max { popularity[$0] < popularity[$1] } ?? 0 }),
        (
          "own views",
          { visitor, _ in
            (0..<products).max { visitor.history.views[$0] < visitor.history.views[$1] } ?? 0
          }
        ),
        (
          "next view",
          { visitor, _ in
            let row = visitor.history.row(columns: columns)
            let likely = recommender.views.logProbabilities(row.view)
            return (0..<products).max { likely[0, $0] < likely[0, $1] } ?? 0
          }
        ),
        (
          "ours",
          { visitor, _ in
            let row = visitor.history.row(columns: columns)
            return recommender.choose(row.view)[0]
          }
        ),
        (
          "best that can be known",
          { visitor, _ in
            (0..<products).max { world.clickRate($0, visitor) < world.clickRate($1, visitor) } ?? 0
          }
        ),
      ]
      for (name, policy) in policies {
        let played = ShopLog(world, visitors: visitors, seed: (seed + number) | 1 << 63) {
          BanditDecision(arm: policy($0, &$1), propensity: 1)
        }
        rates[name, default: []].append(played.clickRate)
      }
    }
    for (name, values) in rates.sorted(by: { $0.value.reduce(0, +) < $1.value.reduce(0, +) }) {
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let error = (squares / Double(max(1, values.count - 1)) / Double(values.count)).squareRoot()
      print(
        name.padding(toLength: 24, withPad: " ", startingAt: 0),
        String(format: "%.4f  ± %.4f (95 %%, %d worlds)", mean, 2.262 * error, values.count),
        values.map { String(format: "%.4f", $0) }.joined(separator: " "))
    }
  }
}

extension ViewHistory {
  /// One row, as recommenders read it.
  fileprivate func row(columns: Int) -> Matrix {
    var row = [Float](repeating: 0, count: columns)
    var span = row.mutableSpan
    write(into: &span)
    let matrix = Matrix(rows: 1, columns: columns)
    for column in row.indices { matrix[0, column] = row[column] }
    return matrix
  }
}
