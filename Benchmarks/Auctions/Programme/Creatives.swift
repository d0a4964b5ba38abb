import Apportion
import Foundation

/// Bid and creative together beside the bid alone with each creative fixed, on held-out episodes: means, and the paired gain
/// over the best fixed one with its 95 % interval.
func creatives(_ path: String, episodes: Int) throws {
  let placement =
    Placement.bundledNames.contains(path) ? try Placement(bundled: path) : try Placement(contentsOf: path)
  let market = PlacementMarket(placement, playsHistory: false)
  let bound = market.states(episodes: episodes, seed: 0).map { market.clairvoyantValue($0) }
  var results: [(name: String, values: [Double])] = []
  for strategy in market.strategies {
    results.append((strategy.name, market.episodes(of: strategy, episodes: episodes, seed: 0).map(\.value)))
  }
  func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
  let fixed = results.filter { !["programme, Thompson", "programme, believed best"].contains($0.name) }.max {
    mean($0.values) < mean($1.values)
  }
  for (name, values) in results {
    let gains = zip(values, fixed?.values ?? values).map { $0 - $1 }
    let gain = mean(gains)
    let spread = (gains.reduce(0) { $0 + ($1 - gain) * ($1 - gain) } / Double(max(1, gains.count - 1)))
      .squareRoot()
    let half = 1.96 * spread / Double(gains.count).squareRoot()
    print(
      pad(name, 24), String(format: "%8.3f", mean(values)),
      String(format: "gain %+.3f (%+.3f to %+.3f)", gain, gain - half, gain + half))
  }
  print(pad("clairvoyant bound", 24), String(format: "%8.3f", mean(bound)))
}
