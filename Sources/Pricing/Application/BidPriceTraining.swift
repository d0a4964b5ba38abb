import Applications
import Documents
import Environments
import Learning
import LinearAlgebra
import NeuralNetworks

extension BidPriceLearner.Configuration: AgentConfiguration {
  /// Seasons take their place.
  package static var defaultLanes: Int { 1 }

  /// The keys of a configuration.
  package static let settings: [Setting<BidPriceLearner.Configuration>] = [
    .integers("hidden", \.hidden, 1...1024, "widths of the hidden layers, which price one request"),
    .integer("seasons", \.seasons, 1...100_000, "seasons that a pass plays"),
    .integer("forks", \.forks, 1...64, "forks of each season"),
    .integer("memory", \.memory, 1...1000, "how many passes' samples are kept"),
    .integer("batch_size", \.batch, 1...65_536, "samples of an update"),
    .number("learning_rate", \.learningRate, .above(0), "Adam's first step size, which falls to a twentieth"),
  ]

  /// The samples that are kept, and the policy's layers.
  package func memory(of environment: any Environment, lanes: Int) -> Double {
    guard let network = environment as? PricingEnvironment else { return 0 }
    let products = network.actionSpace.branchCount
    let wide = hidden.map { $0 * products }
    let layers = [environment.observationLayout.size] + wide + [2 * products + 1]
    var floats = Double(40 * seasons * forks) * Double(memory)
    for (width, next) in zip(layers, layers.dropFirst()) { floats += Double(width + 1) * Double(next) }
    return 4 * floats
  }

  package func learner(of environment: any Environment, seat: LearnerSeat, from initial: TrainedPolicy?)
    throws(InputError) -> any Learner
  {
    guard initial == nil else {
      throw InputError.configuration("--from", "bid-prices begins anew", "leave it out")
    }
    guard let network = environment as? PricingEnvironment, network.describesRequests,
      let prices = network.simulation.prices
    else {
      throw InputError.configuration(
        "--algorithm bid-prices", "learns networks of requests with 'requests: true'", "use paired-double-dqn"
      )
    }
    var configuration = self
    configuration.seed = seat.seed
    configuration.passes = max(1, seat.steps / (seasons * network.simulation.problem.periods))
    return BidPriceTraining(
      network, BidPriceLearner([prices], configuration: configuration, threads: seat.threads ?? 1))
  }
}

/// Learns the bid prices of one network as any learner learns; a pass is `seasons` seasons, a step one of their periods.
final class BidPriceTraining: Learner {
  private let environment: PricingEnvironment
  private let learner: BidPriceLearner
  private var errors: (sum: Double, count: Int) = (0, 0)

  init(_ environment: PricingEnvironment, _ learner: BidPriceLearner) {
    self.environment = environment
    self.learner = learner
  }

  private var passSteps: Int { learner.configuration.seasons * environment.simulation.problem.periods }

  /// The periods of the seasons played; those of forks do not count.
  var steps: Int { learner.pass * passSteps }

  func train(
    steps count: Int, progressInterval: Int?, onProgress: (TrainingProgress) -> TrainingDirective
  ) throws(TrainingError) {
    let end = steps + count
    var reported = steps
    while steps < end {
      let error = learner.advance()
      guard error.isFinite else { throw .diverged(step: steps, loss: Float(error)) }
      errors = (errors.sum + error, errors.count + 1)
      guard steps - reported >= progressInterval ?? passSteps || steps >= end else { continue }
      reported = steps
      let report = TrainingProgress(
        steps: steps, totalSteps: end, episodes: learner.pass * learner.configuration.seasons,
        meanReturn: learner.shares[0] * learner.problems[0].bound, learningRate: learner.learningRate,
        updates: learner.pass, metrics: [.init("loss", errors.sum / Double(errors.count))])
      errors = (0, 0)
      if onProgress(report) == .stop { return }
    }
  }

  func score(episodes: Int, seed: UInt64) -> Double {
    evaluate(policy, in: environment, episodes: episodes, seed: seed).mean
  }

  /// The policy that opens a product where its fare covers the relaxation's prices and the network's correction of them.
  ///
  /// The network over single requests becomes one over all products, its weights once for each along a diagonal; half its
  /// output is taken off being open and added to being closed, beside the relaxation's prices as the prior.
  var policy: Policy {
    let network = learner.copyOfNetwork
    let products = environment.actionSpace.branchCount
    let shape = NetworkShape(
      layout: environment.observationLayout,
      hidden: network.widths.dropFirst().dropLast().map { $0 * products },
      branchSizes: environment.actionSpace.branchSizes, aggregation: .additive)
    let first = shape.observationSize - (1 + 2 * products) - products * network.inputs
    return Policy(
      shape: shape,
      weights: network.perRequest(products: products, inputs: shape.observationSize, from: first),
      normalizer: ObservationNormalizer(identity: shape.observationSize, limit: 1e6),
      metadata: environment.metadata, trainingSeed: learner.configuration.seed, trainingSteps: steps)
  }
}

extension DenseNetwork {
  /// The parameters of the dueling network of two choices a product that applies this one to each product's columns, the
  /// first of which is `first` of a row.
  fileprivate func perRequest(products: Int, inputs: Int, from first: Int) -> [Float] {
    let last = widths.count - 2
    let own = parameterValues
    var (from, parameters) = (0, [Float]())
    for layer in 0...last {
      let (width, outputs) = (widths[layer], widths[layer + 1])
      let columns = layer == 0 ? inputs : width * products
      // Of the head a row for the state value, then those of being open and of being closed.
      let signs: [Float] = layer == last ? [-0.5, 0.5] : [1]
      let rows = outputs * signs.count
      let above = layer == last ? 1 : 0
      var weights = [Float](repeating: 0, count: (above + products * rows) * columns)
      var biases = [Float](repeating: 0, count: above + products * rows)
      for product in 0..<products {
        for (place, sign) in signs.enumerated() {
          for output in 0..<outputs {
            let row = above + product * rows + place * outputs + output
            for index in 0..<width {
              let column = (layer == 0 ? first : 0) + product * width + index
              weights[row * columns + column] = sign * own[from + output * width + index]
            }
            biases[row] = sign * own[from + outputs * width + output]
          }
        }
      }
      parameters += weights + biases
      from += (width + 1) * outputs
    }
    return parameters
  }
}
