import Documents
import Environments
import Learning
import LinearAlgebra

/// Why a policy makes the choices it makes in a step of one held-out episode: the value of every choice, and what each
/// observation column adds to the margin of the one made over the best other.
package struct ChoiceExplanation: Document {
  /// What one observation column adds to a margin.
  package struct Part: Encodable, Sendable, Equatable {
    /// The column.
    package let column: String
    /// In raw reward units.
    package let value: Double

    /// Names a column and what it adds.
    package init(column: String, value: Double) {
      self.column = column
      self.value = value
    }
  }

  /// One branch of the action.
  package struct Branch: Encodable, Sendable, Equatable {
    /// What the branch is called.
    package let branch: String
    /// What the choice made is called.
    package let choice: String
    /// What the best of the others is called.
    package let other: String
    /// The choice made.
    package let chosen: Int
    /// The best of the others.
    package let comparedWith: Int
    /// The policy's value of every choice, in raw reward units.
    package let q: [Double]
    /// By column, the five largest, the largest first: what it adds to the margin, from the mean observation to this one.
    package let parts: [Part]
  }

  /// The problem's name.
  package let problem: String
  /// The step, from 0.
  package let step: Int
  /// One branch after the other.
  package let branches: [Branch]

  /// Explains a policy's choices in a step of an episode; of a joint head, the branches' values cannot be told apart, and
  /// the joint action stands as one branch.
  ///
  /// - Throws: `InputError` where the episode ends before the step.
  package init(
    of policy: Policy, in environment: any Environment, problem: String, branches names: [BranchNames]? = nil,
    step: Int, seed: UInt64
  ) throws(InputError) {
    self.problem = problem
    self.step = step
    let moment = try PolicyMoment(policy, in: environment, step: step, seed: seed)
    var first = 0
    var branches: [Branch] = []
    // A joint head's one branch is of all combinations, which have no names.
    let names = names.flatMap { $0.map(\.choices.count) == policy.shape.headSizes ? $0 : nil }
    for (number, size) in policy.shape.headSizes.enumerated() {
      let values = Array(moment.values[first..<first + size])
      let chosen = values.indices.max { values[$0] < values[$1] } ?? 0
      let other = values.indices.filter { $0 != chosen }.max { values[$0] < values[$1] } ?? chosen
      let parts = attribution(
        of: policy, choice: first + chosen, over: first + other, at: moment.observation,
        from: policy.normalizer.means)
      let called =
        names?[number] ?? BranchNames("branch \(number)", choices: (0..<size).map { "choice \($0)" })
      let largest = zip(policy.shape.layout.names, parts).map { Part(column: $0, value: $1) }
        .sorted { abs($0.value) > abs($1.value) }.prefix(5)
      branches.append(
        Branch(
          branch: called.branch, choice: called.choices[chosen], other: called.choices[other],
          chosen: chosen, comparedWith: other, q: values, parts: Array(largest)))
      first += size
    }
    self.branches = branches
  }

  package var text: String {
    var text = "Step \(step) of \(problem).\n\n"
    for branch in branches {
      let margin = branch.q[branch.chosen] - branch.q[branch.comparedWith]
      let reasons = branch.parts.prefix(3).filter { $0.value != 0 }.map { "\($0.column) \(signed($0.value))" }
      text +=
        "\(branch.branch): \(branch.choice), worth \(readable(margin)) more than \(branch.other)"
      text +=
        reasons.isEmpty ? ".\n" : "; what is seen moves that by " + reasons.joined(separator: ", ") + ".\n"
    }
    return text
  }

  private func signed(_ value: Double) -> String { (value > 0 ? "+" : "") + readable(value) }
}

/// What a policy sees and does in a step of one held-out episode.
package struct PolicyMoment: Sendable {
  /// The raw observation row.
  package let observation: [Float]
  /// The value of every choice of every branch, in raw reward units.
  package let values: [Double]
  /// The choice of each branch.
  package let choices: [Int]

  /// Plays a policy greedily up to a step.
  ///
  /// - Throws: `InputError` where the episode ends before the step.
  package init(_ policy: Policy, in environment: any Environment, step: Int, seed: UInt64)
    throws(InputError)
  {
    let moment = Self.play(policy, environment, step, evaluationSeed(seed))
    guard let moment else {
      throw InputError.configuration(
        "--tick \(step)", "the episode ends before that step", "name an earlier one")
    }
    self = moment
  }

  private init(observation: [Float], values: [Double], choices: [Int]) {
    self.observation = observation
    self.values = values
    self.choices = choices
  }

  private static func play<E: Environment>(_ policy: Policy, _ environment: E, _ step: Int, _ seed: UInt64)
    -> PolicyMoment?
  {
    let lanes = VectorEnvironment(count: 1, seed: seed, threads: 1) { environment }
    let runner = PolicyRunner(policy, maximumBatch: 1)
    var actions = [Int32](repeating: 0, count: policy.shape.branchSizes.count)
    lanes.reset()
    for _ in 0..<step {
      runner.act(observations: lanes.observations.view, into: &actions)
      lanes.step(actions: actions.span)
      guard !lanes.terminated[0], !lanes.truncated[0] else { return nil }
    }
    runner.act(observations: lanes.observations.view, into: &actions)
    let values = Matrix(rows: 1, columns: policy.shape.valueCount)
    runner.qValues(observations: lanes.observations.view, into: values.view)
    return PolicyMoment(
      observation: lanes.observations.elements, values: values.elements.map(Double.init),
      choices: actions.map(Int.init))
  }
}
