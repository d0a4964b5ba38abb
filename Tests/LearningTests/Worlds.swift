import Environments
import LinearAlgebra

/// Every branch must name the state's digit of that branch: reward is the number of branches that do. One step.
struct IdentityWorld: ScalarEnvironment {
  let sizes = [3, 4]
  var observationLayout: ObservationLayout { ObservationLayout(size: 7) }
  var actionSpace: ActionSpace { ActionSpace(branchSizes: sizes) }
  var metadata: [String: String] { ["environment": "identity"] }
  func makeState(stream: inout RandomStream) -> [Int] { sizes.map { Int(stream.uniform() * Float($0)) } }
  func observe(_ state: [Int], into row: inout MutableSpan<Float>) {
    for column in 0..<7 { row[column] = 0 }
    row[state[0]] = 1
    row[3 + state[1]] = 1
  }
  func step(_ state: inout [Int], action: Span<Int32>, stream: inout RandomStream) -> ScalarStep {
    let hits = (0..<2).count { action[$0] == Int32(state[$0]) }
    return ScalarStep(reward: Float(hits), terminated: true)
  }
}

/// Six places in a row, a step left or right; leaving on the left pays 0.2, on the right 1.
struct Chain: ScalarEnvironment {
  static let places = 6
  let timeLimit: Int? = 30
  var observationLayout: ObservationLayout { ObservationLayout(size: Self.places) }
  var actionSpace: ActionSpace { ActionSpace(branchSizes: [2]) }
  func makeState(stream: inout RandomStream) -> Int { Int(stream.uniform() * Float(Self.places)) }
  func observe(_ state: Int, into row: inout MutableSpan<Float>) {
    for place in 0..<Self.places { row[place] = place == state ? 1 : 0 }
  }
  func step(_ state: inout Int, action: Span<Int32>, stream: inout RandomStream) -> ScalarStep {
    let next = state + (action[0] == 1 ? 1 : -1)
    state = min(max(next, 0), Self.places - 1)
    if next < 0 { return ScalarStep(reward: 0.2, terminated: true) }
    if next == Self.places { return ScalarStep(reward: 1, terminated: true) }
    return ScalarStep(reward: 0)
  }

  /// The optimal value of each choice of each place, by value iteration.
  static func optimalQ(discount: Double) -> [[Double]] {
    var q = Array(repeating: [0.0, 0.0], count: places)
    for _ in 0..<200 {
      q = (0..<places).map { place in
        [
          place == 0 ? 0.2 : discount * max(q[place - 1][0], q[place - 1][1]),
          place == places - 1 ? 1 : discount * max(q[place + 1][0], q[place + 1][1]),
        ]
      }
    }
    return q
  }
}

/// Never terminates: pays 1 for choice 1 and is truncated after three steps, so Q*(1) = 1 / (1 − γ) everywhere.
struct Endless: ScalarEnvironment {
  let timeLimit: Int? = 3
  var observationLayout: ObservationLayout { ObservationLayout(size: 1) }
  var actionSpace: ActionSpace { ActionSpace(branchSizes: [2]) }
  func makeState(stream: inout RandomStream) -> Float { stream.uniform() < 0.5 ? -1 : 1 }
  func observe(_ state: Float, into row: inout MutableSpan<Float>) { row[0] = state }
  func step(_ state: inout Float, action: Span<Int32>, stream: inout RandomStream) -> ScalarStep {
    ScalarStep(reward: Float(action[0]))
  }
}

/// The identity world with a planner in its observation, which knows the first branch and misleads on the second.
struct PriorWorld: ScalarEnvironment {
  let inner = IdentityWorld()
  var observationLayout: ObservationLayout { ObservationLayout(size: 15, prior: 7..<15) }
  var actionSpace: ActionSpace { inner.actionSpace }
  func makeState(stream: inout RandomStream) -> [Int] { inner.makeState(stream: &stream) }
  func observe(_ state: [Int], into row: inout MutableSpan<Float>) {
    inner.observe(state, into: &row)
    row[7] = 1
    for choice in 0..<3 { row[8 + choice] = choice == state[0] ? 0 : -1 }
    for choice in 0..<4 { row[11 + choice] = choice == (state[1] + 1) % 4 ? 0 : -0.25 }
  }
  func step(_ state: inout [Int], action: Span<Int32>, stream: inout RandomStream) -> ScalarStep {
    inner.step(&state, action: action, stream: &stream)
  }
}

/// Every choice pays its number, and the largest of each branch is forbidden, as is one more at random. One step.
struct MaskedWorld: ScalarEnvironment {
  private let sizes = [6, 7]
  var observationLayout: ObservationLayout { ObservationLayout(size: 14, mask: 1..<14) }
  var actionSpace: ActionSpace { ActionSpace(branchSizes: sizes) }
  /// Which of the lower choices of each branch is forbidden.
  func makeState(stream: inout RandomStream) -> Int { stream.integer(below: 4) }
  func observe(_ state: Int, into row: inout MutableSpan<Float>) {
    row[0] = 1
    for column in 1..<14 { row[column] = [1 + state, 6, 7 + state, 13].contains(column) ? 0 : 1 }
  }
  func step(_ state: inout Int, action: Span<Int32>, stream: inout RandomStream) -> ScalarStep {
    let (first, second) = (Int(action[0]), Int(action[1]))
    precondition(
      first != state && first != 5 && second != state && second != 6, "A forbidden choice was played.")
    return ScalarStep(reward: Float(first + second), terminated: true)
  }
}

/// A knapsack task in which an action above the budget ends the process.
struct CheckedKnapsack: ScalarEnvironment {
  let task: KnapsackTask
  var observationLayout: ObservationLayout { task.observationLayout }
  var actionSpace: ActionSpace { task.actionSpace }
  var timeLimit: Int? { task.timeLimit }
  func makeState(stream: inout RandomStream) -> KnapsackTask.Offer { task.makeState(stream: &stream) }
  func observe(_ state: KnapsackTask.Offer, into row: inout MutableSpan<Float>) {
    task.observe(state, into: &row)
  }
  func step(
    _ state: inout KnapsackTask.Offer, action: Span<Int32>, stream: inout RandomStream
  ) -> ScalarStep {
    let step = task.step(&state, action: action, stream: &stream)
    // Choosing nothing at all costs nothing and is worth nothing.
    let isNothing = (0..<task.branchSizes.count).allSatisfy { action[$0] == 0 }
    precondition(step.reward > 0 || isNothing, "An action above the budget was played.")
    return step
  }
}
