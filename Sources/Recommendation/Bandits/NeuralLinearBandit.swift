import LinearAlgebra
import NeuralNetworks

/// A bandit whose regressions read the last hidden layer of a network that learns beside them (Riquelme, Tucker and
/// Snoek, "Deep Bayesian Bandits Showdown", 2018, "neural-linear").
///
/// The network learns the rewards of the arms played from all that was seen; the regressions, and with them the
/// uncertainty that exploration needs, are exact on its features. Each time the network has learned, they are made anew.
public final class NeuralLinearBandit: ContextualBandit {
  /// The settings of learning.
  public struct Configuration: Sendable, Equatable {
    /// The widths of the hidden layers; the last is the number of features.
    public var hidden: [Int]
    /// How uncertain arms are played.
    public var exploration: BanditExploration
    /// λ of the regressions.
    public var penalty: Double
    /// The network learns whenever this many rows have come, and again once the rows have grown by a tenth.
    public var rowsPerTraining: Int
    /// How often each row is read, on average, whenever the network learns.
    public var epochs: Double
    /// The number of rows of a step.
    public var batchSize: Int
    /// Adam's step size.
    public var learningRate: Float
    /// How many rows are kept; beyond that the oldest are forgotten.
    public var capacity: Int

    /// Gathers settings; those not given are the defaults.
    public init(
      hidden: [Int] = [64, 64], exploration: BanditExploration = .thompson(deviation: 0.3, draws: 16),
      penalty: Double = 0.3, rowsPerTraining: Int = 100, epochs: Double = 2, batchSize: Int = 64,
      learningRate: Float = 2e-3, capacity: Int = 100_000
    ) {
      self.hidden = hidden
      self.exploration = exploration
      self.penalty = penalty
      self.rowsPerTraining = rowsPerTraining
      self.epochs = epochs
      self.batchSize = batchSize
      self.learningRate = learningRate
      self.capacity = capacity
    }
  }

  /// The settings.
  public let configuration: Configuration
  /// The number of arms.
  public let arms: Int
  /// The length of a context row.
  public let contextSize: Int

  private let network: DenseNetwork
  private let descent: GradientDescent
  private let history: PlayHistory
  private var stream: RandomStream
  private var head: LinearBandit
  private var rowsDue = 0

  /// Creates a bandit that knows nothing.
  public init(arms: Int, contextSize: Int, configuration: Configuration = Configuration(), seed: UInt64) {
    precondition(!configuration.hidden.isEmpty, "Neural-linear regression needs at least one hidden layer.")
    precondition(configuration.rowsPerTraining > 0, "Training needs rows to wait for.")
    precondition(
      configuration.epochs >= 0 && configuration.epochs.isFinite,
      "Rows cannot be read \(configuration.epochs) times.")
    self.configuration = configuration
    self.arms = arms
    self.contextSize = contextSize
    network = DenseNetwork(
      widths: [contextSize] + configuration.hidden + [arms], seed: seed, outputGain: 0.01)
    descent = GradientDescent(
      network: network, optimizer: Adam.Configuration(learningRate: configuration.learningRate),
      maximumGradientNorm: 10, maximumBatch: configuration.batchSize)
    history = PlayHistory(capacity: configuration.capacity, contextSize: contextSize)
    stream = RandomStream(seed: seed, purpose: .replay)
    head = Self.head(arms, configuration)
  }

  private static func head(_ arms: Int, _ configuration: Configuration) -> LinearBandit {
    LinearBandit(
      arms: arms, features: .linear(configuration.hidden[configuration.hidden.count - 1]),
      exploration: configuration.exploration, penalty: configuration.penalty)
  }

  /// Writes the probability of playing each arm in each context: rows × arms.
  public func probabilities(
    _ contexts: MatrixView, into probabilities: MatrixView, stream: inout RandomStream
  ) {
    let hidden = features(contexts)
    head.probabilities(hidden.view, into: probabilities, stream: &stream)
  }

  /// Adds rows to the history and the regressions, and lets the network learn where it is due.
  public func learn(_ contexts: MatrixView, decisions: [BanditDecision], rewards: [Float]) {
    check(contexts, decisions, rewards)
    for (row, decision) in decisions.enumerated() {
      history.add(contexts.row(row), arm: decision.arm, reward: rewards[row])
    }
    rowsDue += decisions.count
    guard rowsDue >= max(configuration.rowsPerTraining, history.count / 10) else {
      let hidden = features(contexts)
      return head.learn(hidden.view, decisions: decisions, rewards: rewards)
    }
    rowsDue = 0
    train()
  }

  /// Lets the network learn from the history, and the regressions from its new features.
  private func train() {
    let batch = Matrix(rows: configuration.batchSize, columns: contextSize)
    let loss = PlayedArmLoss(rows: configuration.batchSize)
    let updates = Int(configuration.epochs * Double(history.count) / Double(configuration.batchSize)) + 1
    for _ in 0..<updates {
      for row in 0..<configuration.batchSize {
        let drawn = stream.integer(below: history.count)
        batch.view.row(row).update(from: history.contexts.view.row(drawn), count: contextSize)
        loss.arms[row] = history.arms[drawn]
        loss.rewards[row] = history.rewards[drawn]
      }
      descent.step(loss, observations: batch.view)
    }
    head = Self.head(arms, configuration)
    for start in stride(from: 0, to: history.count, by: 1024) {
      let rows = start..<min(start + 1024, history.count)
      let hidden = features(history.contexts.view.rows(rows))
      head.learn(
        hidden.view, decisions: rows.map { BanditDecision(arm: history.arms[$0], propensity: 1) },
        rewards: rows.map { history.rewards[$0] })
    }
  }

  /// The activations of the last hidden layer.
  private func features(_ contexts: MatrixView) -> Matrix {
    let widths = [contextSize] + configuration.hidden
    let trunk = DenseNetwork(
      widths: widths,
      parameters: Array(network.parameterValues.prefix(DenseNetwork.parameterCount(widths))))
    let hidden = Matrix(rows: contexts.rows, columns: widths[widths.count - 1])
    trunk.outputs(
      observations: contexts, into: hidden.view,
      workspace: trunk.workspace(maximumBatch: max(1, contexts.rows)))
    for index in 0..<hidden.count { hidden.pointer[index] = max(0, hidden.pointer[index]) }
    return hidden
  }
}

/// What was played in which context and what it paid; a ring.
private final class PlayHistory {
  let contexts: Matrix
  private(set) var arms: [Int] = []
  private(set) var rewards: [Float] = []
  private var next = 0

  var count: Int { arms.count }

  init(capacity: Int, contextSize: Int) {
    precondition(capacity > 0, "A history needs room for at least one row, not \(capacity).")
    contexts = Matrix(rows: capacity, columns: contextSize)
  }

  func add(_ context: UnsafePointer<Float>, arm: Int, reward: Float) {
    contexts.view.row(next).update(from: context, count: contexts.columns)
    if count < contexts.rows {
      arms.append(arm)
      rewards.append(reward)
    } else {
      arms[next] = arm
      rewards[next] = reward
    }
    next = (next + 1) % contexts.rows
  }
}

/// Half the squared error of the value of the arm played.
private final class PlayedArmLoss: OutputLoss {
  var arms: [Int]
  var rewards: [Float]

  init(rows: Int) {
    arms = [Int](repeating: 0, count: rows)
    rewards = [Float](repeating: 0, count: rows)
  }

  func differentiate(_ rows: Range<Int>, outputs: MatrixView, gradients: MatrixView) -> SIMD4<Double> {
    var loss = 0.0
    for (row, played) in rows.enumerated() {
      gradients.row(row).update(repeating: 0, count: gradients.columns)
      let error = outputs[row, arms[played]] - rewards[played]
      gradients[row, arms[played]] = error / Float(arms.count)
      loss += Double(error * error) / 2
    }
    return SIMD4(loss, 0, 0, 0)
  }
}
