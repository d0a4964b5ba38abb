/// How the target network follows the online network.
public enum TargetUpdate: Sendable, Equatable {
  /// A copy after every n-th update (Mnih et al., 2015).
  case hard(every: Int)
  /// target ← target + τ · (online − target) after every update (Lillicrap et al., 2016).
  case polyak(Float)

  /// What the difference counts after an update of a number, counted from 1; nil where the target stays.
  func rate(step: Int) -> Float? {
    switch self {
    case .hard(let interval): step % interval == 0 ? 1 : nil
    case .polyak(let rate): rate
    }
  }
}
