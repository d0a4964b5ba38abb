/// A number that follows the progress of training.
///
/// A literal is a constant: `learningRate: 5e-4`.
public enum Schedule: Sendable, Equatable, ExpressibleByFloatLiteral {
  /// The same number throughout.
  case constant(Float)
  /// A straight line from `from` at the start to `to` at the fraction `until` of the run, and `to` thereafter.
  case linear(from: Float, to: Float, until: Float = 1)

  /// A constant.
  public init(floatLiteral value: Float) { self = .constant(value) }

  /// The number when the fraction `progress` of the run lies behind; fractions beyond 0…1 count as the nearest end.
  public func value(at progress: Float) -> Float {
    switch self {
    case .constant(let value): return value
    case .linear(let from, let to, let until):
      guard until > 0 else { return to }
      let share = min(1, max(0, progress / until))
      return from + (to - from) * share
    }
  }
}
