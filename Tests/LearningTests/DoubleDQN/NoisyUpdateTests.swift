import ReferenceNetworks
import Learning
import LinearAlgebra
import NeuralNetworks
import Testing

@Suite struct NoisyUpdateTests {
  private static let deviation: Float = 0.5

  private func update(dueling: Bool = true, seed: UInt64 = 3) -> DoubleQUpdate {
    DoubleQUpdate(
      shape: NetworkShape(observationSize: 6, hidden: [9], branchSizes: [3, 4], isDueling: dueling),
      configuration: .init(
        adam: Adam.Configuration(learningRate: 0.01), maximumGradientNorm: nil, targetUpdate: .polyak(0.25)),
      maximumBatch: 40, seed: 1, noise: NoisyLayers(deviation: Self.deviation, seed: seed))
  }

  private func transitions(_ shape: NetworkShape) -> Transitions {
    var numbers = Numbers(state: 8)
    return Transitions(shape, count: 40, weighted: false, from: &numbers)
  }

  /// Noise of every layer is an outer product of factors, whose bias stands for an input of 1.
  @Test func noiseIsFactorised() throws {
    let update = update()
    let state = try #require(update.noiseState)
    let (disturbed, means) = (update.online.parameterValues, update.parameterValues)
    let noise = disturbed.indices.map { (disturbed[$0] - means[$0]) / state.deviations[$0] }
    // The trunk: 9 × 6 weights, then 9 biases.
    for output in 0..<9 {
      for input in 0..<6 {
        let factor = noise[input] / noise[54]
        #expect(abs(noise[output * 6 + input] - factor * noise[54 + output]) < 1e-3 * (1 + abs(factor)))
      }
    }
    #expect(abs(state.deviations[0] - Self.deviation / Float(6).squareRoot()) < 1e-7)
    #expect(abs(state.deviations[70] - Self.deviation / 3) < 1e-7)
  }

  /// A parameter's noise has mean 0, and the variance σ² · (E|x|)² = σ² · 2/π, a bias's σ² · √(2/π).
  ///
  /// 2,000 seeds: deviations of the means of about 2 %; a false alarm comes once in a million.
  @Test func noiseHasTheMomentsOfItsFactors() {
    let (count, weight, bias) = (2000, 10, 57)
    var sums = (weight: 0.0, weightSquare: 0.0, bias: 0.0, biasSquare: 0.0)
    let shape = NetworkShape(observationSize: 6, hidden: [9], branchSizes: [3, 4])
    let sigma = Double(Self.deviation) / 6.0.squareRoot()
    for seed in 0..<count {
      let update = DoubleQUpdate(
        shape: shape, maximumBatch: 1, seed: 1,
        noise: NoisyLayers(deviation: Self.deviation, seed: UInt64(seed)))
      let (disturbed, means) = (update.online.parameterValues, update.parameterValues)
      let noise = [weight, bias].map { (Double(disturbed[$0]) - Double(means[$0])) / sigma }
      sums.weight += noise[0]
      sums.weightSquare += noise[0] * noise[0]
      sums.bias += noise[1]
      sums.biasSquare += noise[1] * noise[1]
    }
    let n = Double(count)
    #expect(abs(sums.weight / n) < 5 * (2 / Double.pi / n).squareRoot())
    #expect(abs(sums.bias / n) < 5 * ((2 / Double.pi).squareRoot() / n).squareRoot())
    // E x² y² = 1, so the squares' variances are 1 − (2/π)² and 1 − 2/π.
    #expect(
      abs(sums.weightSquare / n - 2 / Double.pi) < 5 * ((1 - 4 / (Double.pi * Double.pi)) / n).squareRoot())
    #expect(
      abs(sums.biasSquare / n - (2 / Double.pi).squareRoot()) < 5 * ((1 - 2 / Double.pi) / n).squareRoot())
  }

  /// Of W = μ + σ ∘ ε, μ has W's gradient and σ has it times ε; Adam's first step is against their signs.
  @Test("Means and deviations take their steps", arguments: [true, false]) func stepsOfBoth(dueling: Bool)
    throws
  {
    let update = update(dueling: dueling)
    let before = try #require(update.noiseState)
    let (disturbed, means) = (update.online.parameterValues, update.parameterValues)
    let targetMeans = update.targetParameterValues
    let transitions = transitions(update.online.shape)
    _ = transitions.teach(update)
    let after = try #require(update.noiseState)
    let gradients = update.gradientValues
    let (newMeans, newTargetMeans) = (update.parameterValues, update.targetParameterValues)
    for index in gradients.indices {
      func step(_ gradient: Float) -> Float { -0.01 * gradient / (abs(gradient) + 1e-8) }
      let noise = disturbed[index] - means[index]
      #expect(abs(newMeans[index] - means[index] - step(gradients[index])) < 1e-5)
      #expect(abs(newTargetMeans[index] - (0.75 * targetMeans[index] + 0.25 * newMeans[index])) < 1e-6)
      // Where the noise's sign is lost to rounding, so is the direction.
      let slope = before.deviations[index] > 0 ? gradients[index] * noise / before.deviations[index] : 0
      if abs(noise) > 1e-5 && abs(slope) > 1e-5 || slope == 0 {
        #expect(abs(after.deviations[index] - before.deviations[index] - step(slope)) < 1e-4)
      }
      let follow = 0.75 * before.targetDeviations[index] + 0.25 * after.deviations[index]
      #expect(abs(after.targetDeviations[index] - follow) < 1e-6)
    }
    // Noise is drawn anew, for each network its own.
    #expect(update.online.parameterValues != newMeans && update.target.parameterValues != newTargetMeans)
    if !dueling {
      for tensor in update.online.tensors where tensor.name.hasPrefix("value.") {
        for index in tensor.offset..<tensor.offset + tensor.count {
          #expect(update.online.parameterValues[index] == 0)
        }
      }
    }
  }

  @Test func restoringGoesOnExactly() throws {
    let (whole, resumed) = (update(), update(seed: 4))
    let transitions = transitions(whole.online.shape)
    for _ in 0..<3 { _ = transitions.teach(whole) }
    resumed.restore(
      parameters: whole.parameterValues, targetParameters: whole.targetParameterValues,
      noise: whole.noiseState)
    resumed.optimizerState = whole.optimizerState
    #expect(resumed.online.parameterValues == whole.online.parameterValues)
    #expect(resumed.target.parameterValues == whole.target.parameterValues)
    for _ in 0..<3 {
      _ = transitions.teach(whole)
      _ = transitions.teach(resumed)
    }
    #expect(resumed.noiseState == whole.noiseState)
    #expect(resumed.parameterValues == whole.parameterValues)
    #expect(resumed.policyParameterValues == whole.policyParameterValues)
  }
}
