import CKernels
import Glibc
import LinearAlgebra

/// Adam (Kingma and Ba, 2015) with PyTorch's arithmetic: both moments are corrected for their start at zero, and ε is
/// added outside the root.
public final class Adam: @unchecked Sendable {
  /// The settings of a step; they may change between steps.
  public struct Configuration: Sendable, Equatable, Codable {
    /// The length of a step.
    public var learningRate: Float
    /// The decay of the mean of gradients.
    public var beta1: Double
    /// The decay of the mean of squared gradients.
    public var beta2: Double
    /// What keeps the division finite.
    public var epsilon: Double

    /// Creates settings; the defaults are PyTorch's.
    public init(
      learningRate: Float = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8
    ) {
      self.learningRate = learningRate
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
    }
  }

  /// What a checkpoint must hold to go on exactly.
  public struct State: Sendable, Equatable {
    /// The number of steps taken.
    public var step: Int
    /// The running mean of gradients, one per parameter.
    package var firstMoment: [Float]
    /// The running mean of squared gradients, one per parameter.
    package var secondMoment: [Float]

    /// Gathers a state.
    package init(step: Int, firstMoment: [Float], secondMoment: [Float]) {
      self.step = step
      self.firstMoment = firstMoment
      self.secondMoment = secondMoment
    }
  }

  /// The settings of the next step.
  public var configuration: Configuration
  /// The number of steps taken.
  public private(set) var step = 0
  private let firstMoment: Matrix
  private let secondMoment: Matrix

  /// Creates the optimizer of `count` parameters.
  public init(count: Int, configuration: Configuration = Configuration()) {
    self.configuration = configuration
    firstMoment = Matrix(rows: 1, columns: count)
    secondMoment = Matrix(rows: 1, columns: count)
  }

  /// The moments and the step count.
  public var state: State {
    get { State(step: step, firstMoment: firstMoment.elements, secondMoment: secondMoment.elements) }
    set {
      let count = firstMoment.count
      precondition(
        newValue.step >= 0 && newValue.firstMoment.count == count && newValue.secondMoment.count == count,
        "An optimizer of \(count) parameters needs as many first and second moments.")
      step = newValue.step
      for index in 0..<count {
        firstMoment.pointer[index] = newValue.firstMoment[index]
        secondMoment.pointer[index] = newValue.secondMoment[index]
      }
    }
  }

  /// Moves all parameters one step against the gradients.
  ///
  /// - Parameters:
  ///   - parameters: one per parameter, changed in place.
  ///   - gradients: one per parameter.
  ///   - gradientScale: what the gradients are multiplied by first (for clipping).
  package func update(
    _ parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, gradientScale: Float = 1
  ) {
    let step = beginStep(gradientScale: gradientScale)
    apply(step, 0..<firstMoment.count, parameters, gradients: gradients, target: nil, rate: nil)
  }

  /// Counts a step and fixes its constants; `apply` must then cover every parameter once.
  package func beginStep(gradientScale: Float) -> ck_adam_step {
    step += 1
    return ck_adam_step(
      learningRate: Double(configuration.learningRate), beta1: configuration.beta1,
      beta2: configuration.beta2,
      epsilon: configuration.epsilon, bias1: 1 - pow(configuration.beta1, Double(step)),
      bias2: 1 - pow(configuration.beta2, Double(step)), gradientScale: gradientScale)
  }

  /// Takes the step for a range of parameters, after which a target network follows them.
  ///
  /// - Parameters:
  ///   - parameters: all of the network's.
  ///   - gradients: those of the range alone; nil where all are 0.
  ///   - target: all of the target network's.
  ///   - rate: what part of the way to the new parameters the target goes; nil where it stays.
  package func apply(
    _ step: ck_adam_step, _ range: Range<Int>, _ parameters: UnsafeMutablePointer<Float>,
    gradients: UnsafePointer<Float>?, target: UnsafeMutablePointer<Float>?, rate: Float?
  ) {
    let start = range.lowerBound
    let (first, second) = (firstMoment.pointer + start, secondMoment.pointer + start)
    guard let target, let rate else {
      return ck_adam(parameters + start, gradients, first, second, range.count, step)
    }
    if rate < 1 {
      ck_adam_polyak(parameters + start, gradients, first, second, target + start, rate, range.count, step)
    } else {
      ck_adam(parameters + start, gradients, first, second, range.count, step)
      follow(range, parameters, target: target, rate: rate)
    }
  }

  /// Lets a target network follow a range of parameters that take no step.
  package func follow(
    _ range: Range<Int>, _ parameters: UnsafePointer<Float>, target: UnsafeMutablePointer<Float>, rate: Float
  ) {
    let start = range.lowerBound
    if rate < 1 {
      ck_polyak(target + start, parameters + start, rate, range.count)
    } else {
      // A copy, because target + 1 · (online − target) need not have the online parameter's every bit.
      (target + start).update(from: parameters + start, count: range.count)
    }
  }
}
