import CKernels
import LinearAlgebra
import NeuralNetworks

/// Adam's steps on the online network's parameters θ, after each of which the target network's θ⁻ follow.
final class ValueOptimizer: @unchecked Sendable {
  let adam: Adam
  let online: BranchingNetwork
  let target: BranchingNetwork
  private let targetUpdate: TargetUpdate
  /// The parameters whose gradients stand in the flat buffer.
  let blocks: [ParameterBlock]
  private let noise: NoisyUpdate?

  /// - Parameters:
  ///   - layers: whose gradients stand in the flat buffer.
  ///   - noise: what disturbs both networks, where layers are noisy.
  init(
    online: BranchingNetwork, target: BranchingNetwork, layers: ArraySlice<DenseLayer>,
    adam configuration: Adam.Configuration, targetUpdate: TargetUpdate, noise: NoisyUpdate?
  ) {
    self.online = online
    self.target = target
    self.targetUpdate = targetUpdate
    self.noise = noise
    adam = Adam(count: online.parameters.count, configuration: configuration)
    blocks = ParameterBlock.blocks(of: layers)
  }

  /// θ ← θ − α m̂ / (√v̂ + ε) for the clipped gradients, then θ⁻ towards θ; noise is drawn anew.
  ///
  /// - Parameters:
  ///   - gradients: the flat buffer.
  ///   - gradientScale: what gradients are multiplied by first.
  ///   - loss: moves what has its gradients elsewhere.
  ///   - pool: the threads that share the work; `parallel` tells whether blocks are worth waking them for.
  func step(
    _ gradients: UnsafePointer<Float>, gradientScale: Float, loss: any ActionValueLoss, pool: WorkerPool,
    parallel: Bool
  ) {
    let constants = adam.beginStep(gradientScale: gradientScale)
    let step = OptimizerStep(
      adam: adam, constants: constants, online: online, target: target,
      targetRate: targetUpdate.rate(step: adam.step))
    noise?.rest()
    let task = StepTask(step: step, blocks: blocks, gradients: gradients, refreshes: noise == nil)
    if parallel {
      pool.run(blocks.count, task)
    } else {
      for block in blocks.indices { task.run(block) }
    }
    loss.stepApart(step, pool: pool)
    guard let noise else { return }
    noise.step(
      gradients: gradients, gradientScale: gradientScale, settings: adam.configuration,
      targetRate: step.targetRate)
    noise.disturb()
  }
}

/// One step, for any range of parameters.
struct OptimizerStep: @unchecked Sendable {
  let adam: Adam
  let constants: ck_adam_step
  let online: BranchingNetwork
  let target: BranchingNetwork
  /// What part of the way to the new parameters the target goes; nil where it stays.
  let targetRate: Float?

  /// Moves a range of parameters, and the target's after them.
  ///
  /// - Parameter gradients: those of the range alone; nil where all are 0.
  func move(_ range: Range<Int>, gradients: UnsafePointer<Float>?) {
    adam.apply(
      constants, range, online.parameters.pointer, gradients: gradients, target: target.parameters.pointer,
      rate: targetRate)
  }

  /// Lets the target follow a range of parameters that stay.
  func follow(_ range: Range<Int>) {
    guard let targetRate else { return }
    adam.follow(range, online.parameters.pointer, target: target.parameters.pointer, rate: targetRate)
  }
}

/// The step for a block of parameters, and both networks' transposed weights after it, unless noise that is still to come
/// refreshes them.
private struct StepTask: ParallelTask {
  let step: OptimizerStep
  let blocks: [ParameterBlock]
  let gradients: UnsafePointer<Float>
  let refreshes: Bool

  func run(_ index: Int) {
    let block = blocks[index]
    step.move(block.weights, gradients: gradients + block.weights.lowerBound)
    step.move(block.biases, gradients: gradients + block.biases.lowerBound)
    guard refreshes else { return }
    step.online.transposed.refresh(block, from: step.online.parameters.pointer)
    step.target.transposed.refresh(block, from: step.target.parameters.pointer)
  }
}
