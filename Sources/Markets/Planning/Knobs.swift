public enum Knobs {
  nonisolated(unsafe) public static var lambda: Float = 1
  nonisolated(unsafe) public static var lambdaEarly: Float = 0
  nonisolated(unsafe) public static var sweeps = 2
  nonisolated(unsafe) public static var exact = false
  nonisolated(unsafe) public static var ucb: Float = 0
  nonisolated(unsafe) public static var half: Float = 0.5
}
