import LinearAlgebra
import NeuralNetworks

/// Slates from a catalogue of any size: the best by vector product are retrieved, a network scores these, and a slate is
/// drawn by their scores, so that each decision has a probability that can be logged.
///
/// All room is made at creation; one thread at a time may use a recommender.
public final class CatalogueRecommender {
  /// The items.
  package let catalogue: Catalogue
  /// How many items the network scores.
  public let candidates: Int
  /// How slates are drawn from scores.
  public let ranking: PlackettLuce
  private let scorer: DenseNetwork
  private let workspace: ForwardWorkspace
  private let scores: Matrix
  private let inputs: Matrix
  private let outputs: Matrix
  private var retrieved: [Int32]

  /// An item on a slate.
  public struct Choice: Sendable, Equatable {
    /// The item's number in the catalogue.
    public var item: Int
    /// The probability that it was drawn with for its position, those before it given.
    public var propensity: Float
    /// What the network thinks of it.
    public var score: Float
  }

  /// Creates a recommender.
  ///
  /// - Parameters:
  ///   - catalogue: the items.
  ///   - scorer: a network that reads a user's features and an item's, and writes a single score.
  ///   - candidates: how many items are retrieved for it.
  ///   - ranking: how slates are drawn from scores.
  public init(
    _ catalogue: Catalogue, scorer: DenseNetwork, candidates: Int = 500, ranking: PlackettLuce
  ) {
    let count = min(candidates, catalogue.count)
    precondition(count > 0, "A recommender needs candidates.")
    precondition(
      scorer.outputs == 1 && scorer.inputs > catalogue.features.columns,
      "A scorer reads a user's features and an item's \(catalogue.features.columns), and writes one score.")
    self.catalogue = catalogue
    self.scorer = scorer
    self.candidates = count
    self.ranking = ranking
    workspace = scorer.workspace(maximumBatch: count)
    scores = Matrix(rows: 1, columns: catalogue.count)
    inputs = Matrix(rows: count, columns: scorer.inputs)
    outputs = Matrix(rows: count, columns: 1)
    retrieved = [Int32](repeating: 0, count: count)
  }

  /// The number of a user's features.
  package var userFeatures: Int { scorer.inputs - catalogue.features.columns }

  /// Draws a slate for a user.
  ///
  /// - Parameters:
  ///   - vector: the user's vector, of the catalogue's dimension.
  ///   - features: the user's features.
  ///   - positions: the number of items.
  ///   - stream: chance.
  public func recommend(
    vector: Span<Float>, features: Span<Float>, positions: Int, stream: inout RandomStream
  ) -> [Choice] {
    precondition(
      vector.count == catalogue.vectors.columns && features.count == userFeatures,
      "A user has a vector of \(catalogue.vectors.columns) numbers and \(userFeatures) features.")
    precondition(
      (1...candidates).contains(positions), "\(candidates) candidates fill no \(positions) positions.")
    let width = userFeatures
    retrieved.withUnsafeMutableBufferPointer { buffer in
      guard let items = buffer.baseAddress else { return }
      vector.withUnsafeBufferPointer {
        guard let user = $0.baseAddress else { return }
        catalogue.retrieve(user, count: candidates, scores: scores.pointer, into: items)
      }
    }
    for (row, item) in retrieved.enumerated() {
      let input = inputs.view.row(row)
      for column in 0..<width { input[column] = features[column] }
      (input + width).update(
        from: catalogue.features.view.row(Int(item)), count: catalogue.features.columns)
    }
    scorer.outputs(observations: inputs.view, into: outputs.view, workspace: workspace)
    // The retrieval's scores are done with: their room takes those to draw by.
    scores.pointer.update(from: outputs.pointer, count: candidates)
    let drawn = ranking.draw(
      UnsafeMutableBufferPointer(start: scores.pointer, count: candidates), positions: positions,
      stream: &stream)
    return drawn.map {
      Choice(item: Int(retrieved[$0.arm]), propensity: $0.propensity, score: outputs[$0.arm, 0])
    }
  }
}
