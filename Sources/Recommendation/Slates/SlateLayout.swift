import Environments

/// Where an observation row holds what is known of the user and of each candidate, and how users choose from a slate.
///
/// A row is the user's columns and then each candidate's, one candidate after the other. An action has a branch per
/// position of the slate, each with a choice per candidate; an item shown twice stands at its first position only.
public struct SlateLayout: Sendable, Equatable {
  /// The number of columns that tell of the user.
  package var userColumns: Int
  /// The number of candidates N.
  public var candidates: Int
  /// The number of columns that tell of a candidate.
  package var itemColumns: Int
  /// The number of positions L.
  public var positions: Int
  /// How users choose from what they are shown.
  public var choice: ChoiceModel

  /// Gathers a layout.
  package init(userColumns: Int, candidates: Int, itemColumns: Int, positions: Int, choice: ChoiceModel) {
    precondition(
      userColumns >= 0 && itemColumns > 0 && positions > 0 && candidates >= positions,
      "A slate of \(positions) positions needs as many candidates, and columns that tell of them.")
    if case .logit(let column, let none) = choice {
      precondition(
        (0..<itemColumns).contains(column) && none >= 0, "The appeal must be one of an item's columns.")
    }
    if case .examined(let chances) = choice {
      precondition(
        chances.count == positions && chances.allSatisfy { (0...1).contains($0) }
          && zip(chances, chances.dropFirst()).allSatisfy { $0 >= $1 },
        "Examination needs a probability per position, none above the one before it.")
    }
    self.userColumns = userColumns
    self.candidates = candidates
    self.itemColumns = itemColumns
    self.positions = positions
    self.choice = choice
  }

  /// The length of an observation row.
  public var observationSize: Int { userColumns + candidates * itemColumns }
  /// The first column of a candidate.
  package func column(of candidate: Int) -> Int { userColumns + candidate * itemColumns }
}

/// How a user chooses from a slate.
public enum ChoiceModel: Sendable, Equatable {
  /// He takes what stands first.
  case first
  /// He looks at the item in position p with probability examination[p], which falls along the slate, and at each position
  /// for itself: the position-based model (Craswell, Zoeter, Taylor and Ramsey, 2008).
  case examined([Float])
  /// He takes item i with probability e^(v_i) / (none + Σ_j e^(v_j)), v being a column of the item's (McFadden, 1974).
  case logit(appealColumn: Int, none: Float)
}

/// A problem whose actions are slates.
public protocol SlateEnvironment: Environment {
  /// What rows and actions mean.
  var slateLayout: SlateLayout { get }
}

extension SlateEnvironment {
  /// A candidate for each position.
  public var actionSpace: ActionSpace {
    ActionSpace(branchSizes: [Int](repeating: slateLayout.candidates, count: slateLayout.positions))
  }
}

/// A problem whose actions are slates, and whose lanes are a user each.
public protocol SlateWorld: SlateEnvironment, ScalarEnvironment {}
