import CKernels
import LinearAlgebra
import NeuralNetworks

/// That an update's layers are noisy, which takes the place of ε-greedy exploration (Fortunato et al., 2018).
public struct NoisyLayers: Sendable, Equatable {
  /// How far parameters are disturbed at first, times the root of the layer's inputs.
  package var deviation: Float
  /// Decides the noise.
  public var seed: UInt64

  /// Creates settings.
  package init(deviation: Float = 0.5, seed: UInt64) {
    precondition(
      deviation > 0 && deviation.isFinite, "Noisy layers need a positive deviation, not \(deviation).")
    self.deviation = deviation
    self.seed = seed
  }
}

/// What a checkpoint must hold of noisy layers to go on exactly.
public struct NoiseState: Sendable, Equatable {
  /// The online network's σ, a number per parameter.
  package var deviations: [Float]
  /// The target network's σ.
  package var targetDeviations: [Float]
  /// The moments of σ's optimizer.
  package var optimizer: Adam.State
  /// Where the chance stood before it gave the noise that now disturbs the networks.
  public var stream: RandomStream
}

/// The noise of the two networks of an update, and what teaches its size.
///
/// Both networks have noise of their own, drawn anew after every update; between updates the online network acts with
/// the noise it has.
final class NoisyUpdate {
  private let online: NoisyParameters
  private let target: NoisyParameters
  private let optimizer: Adam
  private var stream: RandomStream
  private var streamBefore: RandomStream

  init(online: BranchingNetwork, target: BranchingNetwork, layers: NoisyLayers) {
    self.online = NoisyParameters(of: online, deviation: layers.deviation)
    self.target = NoisyParameters(of: target, deviation: layers.deviation)
    optimizer = Adam(count: online.parameters.count)
    stream = RandomStream(seed: layers.seed, purpose: .noise)
    streamBefore = stream
    disturb()
  }

  /// What a checkpoint must hold besides μ. Setting it leaves the networks at rest.
  var state: NoiseState {
    get {
      NoiseState(
        deviations: online.deviations.elements, targetDeviations: target.deviations.elements,
        optimizer: optimizer.state, stream: streamBefore)
    }
    set {
      rest()
      online.deviations.copy(newValue.deviations)
      target.deviations.copy(newValue.targetDeviations)
      optimizer.state = newValue.optimizer
      stream = newValue.stream
    }
  }

  /// Draws the noise of both networks anew.
  func disturb() {
    streamBefore = stream
    online.disturb(stream: &stream)
    target.disturb(stream: &stream)
  }

  /// Takes the noise off both networks, so that their parameters are μ and can be moved.
  func rest() {
    online.rest()
    target.rest()
  }

  /// What a function finds while the networks are at rest.
  func atRest<Result>(_ body: () -> Result) -> Result {
    rest()
    defer {
      stream = streamBefore
      disturb()
    }
    return body()
  }

  /// Moves σ one step against its gradient, which is W's times ε; the target's σ follows as its μ does.
  ///
  /// - Parameters:
  ///   - gradients: those of W, one per parameter.
  ///   - gradientScale: what they are multiplied with first, as in the step of μ.
  ///   - settings: the optimizer's.
  ///   - targetRate: what part of the way to the online network's σ the target's goes; nil where it stays.
  func step(
    gradients: UnsafePointer<Float>, gradientScale: Float, settings: Adam.Configuration, targetRate: Float?
  ) {
    let count = online.noise.count
    let slopes = online.noise.pointer
    for index in 0..<count { slopes[index] *= gradients[index] }
    optimizer.configuration = settings
    optimizer.update(online.deviations.pointer, gradients: slopes, gradientScale: gradientScale)
    if let targetRate {
      ck_polyak(target.deviations.pointer, online.deviations.pointer, targetRate, count)
    }
  }
}

extension Matrix {
  /// Takes over as many numbers.
  fileprivate func copy(_ values: [Float]) {
    precondition(values.count == count, "\(count) numbers are needed, not \(values.count).")
    for (index, value) in values.enumerated() { pointer[index] = value }
  }
}
