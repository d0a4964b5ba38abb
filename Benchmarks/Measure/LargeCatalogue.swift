import Apportion
import ArgumentParser

/// Milliseconds of a slate of 10 from a large catalogue: retrieval by one product, a network over 500, a draw.
struct LargeCatalogue: ParsableCommand {
  @Option(help: "The number of items.") var items = 100_000
  @Option(help: "The length of a vector.") var dimension = 32
  @Option(help: "How many requests.") var requests = 500

  func run() throws {
    var stream = RandomStream(seed: 1, purpose: .test)
    let vectors = Matrix(
      rows: items, columns: dimension, (0..<items * dimension).map { _ in stream.normal() })
    let features = Matrix(rows: items, columns: 16, (0..<items * 16).map { _ in stream.normal() })
    let recommender = CatalogueRecommender(
      Catalogue(vectors: vectors, features: features),
      scorer: DenseNetwork(widths: [32, 64, 64, 1], seed: 1),
      ranking: PlackettLuce(temperature: 0.1))
    setBLASThreads(1)
    var times: [Double] = []
    for _ in 0..<requests {
      let vector = (0..<dimension).map { _ in stream.normal() }
      let user = (0..<16).map { _ in stream.normal() }
      let start = ContinuousClock.now
      _ = recommender.recommend(vector: vector.span, features: user.span, positions: 10, stream: &stream)
      times.append((ContinuousClock.now - start) / .milliseconds(1))
    }
    times.sort()
    try show([
      "median_ms": times[times.count / 2], "p99_ms": times[times.count * 99 / 100], "min_ms": times[0],
    ])
  }
}
