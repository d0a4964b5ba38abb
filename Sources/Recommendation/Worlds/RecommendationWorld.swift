import Documents
import Environments
import LinearAlgebra

/// A world as a problem to be solved: its baselines, and what no recommender beats.
public protocol RecommendationWorld: SlateWorld {
  /// What the columns of a candidate are called.
  var itemColumnNames: [String] { get }
  /// What is done without learning from rewards as they come.
  ///
  /// - Parameter seed: decides the chance in them.
  func baselines(seed: UInt64) -> [SlateBaseline]
  /// A visitor as he is told of, before candidates that are told of, and what these are called; a world of fewer candidates
  /// than usual has places that nothing is in behind the last of them.
  ///
  /// - Throws: `InputError` with the place of what cannot be read.
  func visitor(_ told: ToldVisitor) throws(InputError) -> (state: State, candidates: [String])
  /// What no recommender earns more than in a visit, on average; nil where that is not known.
  var visitBound: Double? { get }
}

/// A way of choosing slates that learns nothing while it plays.
public struct SlateBaseline {
  /// What it is called.
  public let name: String
  /// Writes rows × positions candidates for rows of observations.
  package let act: (MatrixView, UnsafeMutablePointer<Int32>) -> Void

  /// Names a way of choosing slates.
  package init(_ name: String, act: @escaping (MatrixView, UnsafeMutablePointer<Int32>) -> Void) {
    self.name = name
    self.act = act
  }

  /// Ranks candidates by a score, the lower number first where they tie.
  ///
  /// - Parameter score: of a candidate, from its columns.
  static func ranking(
    _ name: String, _ layout: SlateLayout, by score: @escaping (_ item: UnsafePointer<Float>, Int) -> Float
  ) -> SlateBaseline {
    var search = SlateSearch(layout.rankedByValue)
    var scores = [Float](repeating: 0, count: layout.candidates)
    return SlateBaseline(name) { observations, actions in
      for index in 0..<observations.rows {
        let row = observations.row(index)
        for candidate in 0..<layout.candidates {
          scores[candidate] = score(row + layout.column(of: candidate), candidate)
        }
        search.best(scores, row: row, into: actions + index * layout.positions)
      }
    }
  }

  /// Slates of different candidates, all alike.
  static func random(_ layout: SlateLayout, seed: UInt64) -> SlateBaseline {
    var stream = RandomStream(seed: seed, purpose: .exploration, lane: 0x51A7)
    return ranking("random", layout) { _, _ in stream.uniform() }
  }
}

extension SlateLayout {
  /// The same layout where slates are ranked by value.
  fileprivate var rankedByValue: SlateLayout {
    SlateLayout(
      userColumns: userColumns, candidates: candidates, itemColumns: itemColumns, positions: positions,
      choice: .first)
  }
}
