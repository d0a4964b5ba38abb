import LinearAlgebra
import NeuralNetworks

/// The deep Q-agent of the textbooks: state → 24 → 24 → actions, Adam, squared temporal-difference error, one transition
/// at a time.
///
/// ```swift
/// let agent = TextbookAgent(stateSize: 4, actionCount: 2)
/// let action = agent.act(state)
/// agent.train(state: state, action: action, reward: 1, nextState: next, isTerminal: false)
/// ```
///
/// The plainest thing that can be called deep Q-learning (Mnih et al., 2015, without replay and target network), to read,
/// to teach with and to compare with. `DoubleDQN` is the one to use.
public final class TextbookAgent {
  /// The network: a value per action.
  public let network: DenseNetwork
  /// Adam's step size.
  package let learningRate: Float
  /// γ: what a reward one step later is worth.
  public let discount: Float
  /// ε: with which probability any action is played; every call of `train` multiplies it by `epsilonDecay`.
  package var epsilon: Float
  /// What ε is multiplied by.
  package let epsilonDecay: Float
  /// Below this, ε does not fall.
  package let minimumEpsilon: Float
  private let descent: GradientDescent
  private let workspace: ForwardWorkspace
  private let state: Matrix
  private let values: Matrix
  private var stream: RandomStream

  /// Creates an agent.
  ///
  /// - Parameters:
  ///   - stateSize: the length of a state.
  ///   - actionCount: the number of actions.
  ///   - hidden: the widths of the hidden layers.
  ///   - parameters: the network's first parameters; nil draws them.
  ///   - learningRate: Adam's step size.
  ///   - discount: γ.
  ///   - epsilon: the first ε.
  ///   - epsilonDecay: what ε is multiplied by after each transition.
  ///   - minimumEpsilon: below this, ε does not fall.
  ///   - seed: decides the first weights and exploration.
  public init(
    stateSize: Int, actionCount: Int, hidden: [Int] = [24, 24], parameters: [Float]? = nil,
    learningRate: Float = 1e-3, discount: Float = 0.95, epsilon: Float = 1, epsilonDecay: Float = 0.9995,
    minimumEpsilon: Float = 0.01, seed: UInt64 = 1
  ) {
    let widths = [stateSize] + hidden + [actionCount]
    network =
      parameters.map { DenseNetwork(widths: widths, parameters: $0) }
      ?? DenseNetwork(widths: widths, seed: seed)
    self.learningRate = learningRate
    self.discount = discount
    self.epsilon = epsilon
    self.epsilonDecay = epsilonDecay
    self.minimumEpsilon = minimumEpsilon
    descent = GradientDescent(
      network: network, optimizer: Adam.Configuration(learningRate: learningRate), maximumBatch: 1)
    workspace = network.workspace(maximumBatch: 1)
    state = Matrix(rows: 1, columns: stateSize)
    values = Matrix(rows: 1, columns: actionCount)
    stream = RandomStream(seed: seed, purpose: .exploration)
  }

  /// The value of every action in a state.
  package func actionValues(_ state: [Float]) -> [Float] {
    precondition(state.count == network.inputs, "A state has \(network.inputs) numbers, not \(state.count).")
    self.state.pointer.update(from: state, count: state.count)
    network.outputs(observations: self.state.view, into: values.view, workspace: workspace)
    return values.elements
  }

  /// With probability ε any action, otherwise the one of the highest value.
  public func act(_ state: [Float]) -> Int {
    if stream.uniform() < epsilon { return stream.integer(below: network.outputs) }
    let values = actionValues(state)
    return values.indices.max { values[$0] < values[$1] } ?? 0
  }

  /// Learns from one transition: a step against the gradient of (Q(s, a) − (r + γ max Q(s', a')))², the target fixed.
  ///
  /// - Returns: the squared error before the step.
  @discardableResult
  public func train(state: [Float], action: Int, reward: Float, nextState: [Float], isTerminal: Bool) -> Float
  {
    precondition((0..<network.outputs).contains(action), "There is no action \(action).")
    let following = isTerminal ? 0 : actionValues(nextState).max() ?? 0
    self.state.pointer.update(from: state, count: state.count)
    let loss = SquaredError(action: action, target: reward + discount * following)
    epsilon = max(minimumEpsilon, epsilon * epsilonDecay)
    return Float(descent.step(loss, observations: self.state.view).sums[0])
  }
}

/// (Q(s, a) − target)² of a single row.
private struct SquaredError: OutputLoss {
  let action: Int
  let target: Float

  func differentiate(_ rows: Range<Int>, outputs: MatrixView, gradients: MatrixView) -> SIMD4<Double> {
    gradients.row(0).update(repeating: 0, count: gradients.columns)
    let error = outputs[0, action] - target
    gradients[0, action] = 2 * error
    return SIMD4(Double(error * error), 0, 0, 0)
  }
}
