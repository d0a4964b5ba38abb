import Foundation
import LinearAlgebra
import NeuralNetworks

/// Learns what units of a network's resources are worth, beyond what a Lagrangian relaxation knows.
///
/// The network estimates Q(reject) − Q(accept) + fare: what the units of a request will earn if they are kept. It
/// corrects the relaxation's estimate, which it is told along with how scarce the resources are now. A pass plays seasons
/// with the policy that is greedy to a target network; forks of the seasons, which go the other way at one request and
/// on with the same luck, give the targets; then the online network is fitted to the last passes, and the target network
/// follows.
public final class BidPriceLearner {
  /// The settings of a run.
  public struct Configuration: Sendable, Equatable {
    /// Seasons of each problem that a pass plays.
    public var seasons = 256
    /// Forks of each season.
    public var forks = 8
    /// How often seasons are played.
    public var passes = 30
    /// How many passes' samples are kept.
    public var memory = 8
    /// Samples of a gradient step.
    public var batch = 512
    /// How often a pass's steps see a sample of the memory on average.
    public var epochs = 1.0
    /// The widths of the hidden layers.
    public var hidden = [64, 32]
    /// The optimizer's first step size; it falls to a twentieth along a cosine.
    public var learningRate: Float = 1e-3
    /// Decides everything that is drawn.
    public var seed: UInt64 = 1

    /// The settings that the documentation's results were made with.
    public init() {}
  }

  /// The problems that are learned together.
  public let problems: [CapacityPrices]
  /// The settings.
  public let configuration: Configuration
  /// The passes made.
  public private(set) var pass = 0
  /// The mean revenue of the last pass's seasons as a share of the bound, a number per problem.
  public private(set) var shares: [Double] = []
  private let online: DenseNetwork
  private let descent: GradientDescent
  private let pool: WorkerPool
  private var memory: [[ForkSample]] = []
  private var stream: RandomStream
  private let rows: Matrix
  private let targets: Matrix

  /// Prepares a run; all problems must have products of as many resources at most.
  public init(_ problems: [CapacityPrices], configuration: Configuration = Configuration(), threads: Int = 1)
  {
    precondition(!problems.isEmpty, "There must be a problem to learn.")
    let columns = problems.map { BidPricePolicy.columns($0) }
    precondition(
      Set(columns).count == 1, "Problems learned together need products of as many resources at most.")
    self.problems = problems
    self.configuration = configuration
    online = DenseNetwork(
      widths: [columns[0]] + configuration.hidden + [1], seed: configuration.seed, outputGain: 1e-3)
    pool = WorkerPool(threads: threads)
    descent = GradientDescent(
      network: online, optimizer: Adam.Configuration(learningRate: configuration.learningRate),
      maximumGradientNorm: 5, maximumBatch: configuration.batch, pool: pool)
    stream = RandomStream(seed: configuration.seed, purpose: .replay)
    rows = Matrix(rows: configuration.batch, columns: columns[0])
    targets = Matrix(rows: configuration.batch, columns: 1)
  }

  /// The policy that is greedy to the network now.
  public func policy(for problem: Int = 0) -> BidPricePolicy {
    BidPricePolicy(prices: problems[problem], network: copyOfNetwork)
  }

  /// A copy of the network now.
  public var copyOfNetwork: DenseNetwork {
    DenseNetwork(widths: online.widths, parameters: online.parameterValues)
  }

  /// The step size of the next pass.
  var learningRate: Float {
    let progress = min(1, Float(pass) / Float(configuration.passes))
    return configuration.learningRate * (0.05 + 0.475 * (1 + cos(progress * .pi)))
  }

  /// Makes all passes that are left.
  public func run(_ progress: (BidPriceLearner) -> Void = { _ in }) {
    while pass < configuration.passes {
      advance()
      progress(self)
    }
  }

  /// Plays a pass and learns from it. Returns the mean squared error of the samples seen.
  @discardableResult
  public func advance() -> Double {
    let target = copyOfNetwork
    var fresh: [ForkSample] = []
    shares = []
    for (number, prices) in problems.enumerated() {
      let policy = BidPricePolicy(prices: prices, network: target)
      let played = BidPricePolicy.play(
        policy, seasons: configuration.seasons,
        seed: configuration.seed &+ UInt64(pass) << 20 &+ UInt64(number) << 40, forks: configuration.forks)
      let revenue = played.reduce(0) { $0 + $1.revenues.reduce(0, +) } / Double(configuration.seasons)
      shares.append(revenue / prices.bound)
      for lanes in played { fresh += lanes.samples }
    }
    memory.append(fresh)
    if memory.count > configuration.memory { memory.removeFirst() }
    defer { pass += 1 }
    return learn()
  }

  private func learn() -> Double {
    let sizes = memory.map(\.count)
    let total = sizes.reduce(0, +)
    guard total > 0 else { return 0 }
    descent.optimizer.configuration.learningRate = learningRate
    let steps = max(1, Int(configuration.epochs * Double(total) / Double(configuration.batch)))
    var squares = 0.0
    for _ in 0..<steps {
      for row in 0..<configuration.batch {
        var place = stream.integer(below: total)
        var kept = 0
        while place >= sizes[kept] {
          place -= sizes[kept]
          kept += 1
        }
        memory[kept][place].write(row: rows.view.row(row), target: targets.view.row(row))
      }
      squares += descent.step(SquaredError(targets: targets.view), observations: rows.view).sums[0]
    }
    return squares / Double(steps)
  }
}

extension ForkSample {
  /// Writes the description, and by how much the relaxation was wrong in units of the product's scale.
  fileprivate func write(row: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<Float>) {
    self.row.withUnsafeBufferPointer { values in
      for column in 0..<values.count { row[column] = values[column] }
    }
    target[0] = (worth - cost) / scale
  }
}

/// The mean over a batch of (output − target)² / 2.
private struct SquaredError: OutputLoss {
  let targets: MatrixView

  func differentiate(_ rows: Range<Int>, outputs: MatrixView, gradients: MatrixView) -> SIMD4<Double> {
    let share = 1 / Float(targets.rows)
    var sum = 0.0
    for row in 0..<rows.count {
      let error = outputs[row, 0] - targets[rows.lowerBound + row, 0]
      gradients[row, 0] = error * share
      sum += Double(error * error * share)
    }
    return SIMD4(sum, 0, 0, 0)
  }
}
