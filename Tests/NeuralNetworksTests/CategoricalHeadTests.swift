import Foundation
import LinearAlgebra
import NeuralNetworks
import Testing

@Suite struct CategoricalHeadTests {
  private let head = CategoricalHead(branchSizes: [3, 2, 4])
  private let logits: [Float] = [0.5, -1, 2, 0.25, 0.75, -3, 1, 0, 0.5]
  private let mask: [Float] = [1, 1, 0, 1, 1, 1, 0, 1, 1]

  /// Log-probability and entropy in double precision.
  private func reference(_ logits: [Double], _ mask: [Float]?, _ action: [Int32]) -> (Double, Double) {
    var (logProbability, entropy, first) = (0.0, 0.0, 0)
    for (branch, size) in head.branchSizes.enumerated() {
      let allowed = (first..<first + size).filter { (mask?[$0] ?? 1) > 0 }
      let sum = allowed.reduce(0) { $0 + exp(logits[$1]) }
      for index in allowed {
        let probability = exp(logits[index]) / sum
        entropy -= probability * log(probability)
        if index == first + Int(action[branch]) { logProbability += log(probability) }
      }
      first += size
    }
    return (logProbability, entropy)
  }

  @Test(arguments: [false, true]) func measuresAreThoseOfTheSoftmax(isMasked: Bool) {
    let mask = isMasked ? mask : nil
    let action: [Int32] = [1, 0, 3]
    let (logProbability, entropy) = head.measure(logits: logits, mask: mask, action: action)
    let expected = reference(logits.map(Double.init), mask, action)
    #expect(abs(Double(logProbability) - expected.0) < 1e-5)
    #expect(abs(Double(entropy) - expected.1) < 1e-5)
  }

  @Test(arguments: [false, true]) func gradientsAreFiniteDifferences(isMasked: Bool) {
    let mask = isMasked ? mask : nil
    let action: [Int32] = [0, 1, 2]
    var gradient = [Float](repeating: .nan, count: 9)
    head.differentiate(
      logits: logits, mask: mask, action: action, slope: 1.5, entropySlope: -0.75, into: &gradient)
    for index in logits.indices {
      let slopes = [1e-5, -1e-5].map { step -> Double in
        var moved = logits.map(Double.init)
        moved[index] += step
        let (logProbability, entropy) = reference(moved, mask, action)
        return (1.5 * logProbability - 0.75 * entropy) / step / 2
      }
      #expect(abs(Double(gradient[index]) - slopes[0] - slopes[1]) < 1e-4)
      if let mask, mask[index] == 0 { #expect(gradient[index] == 0) }
    }
  }

  @Test(arguments: [false, true]) func drawsFollowTheProbabilities(isMasked: Bool) {
    let mask = isMasked ? mask : nil
    var stream = RandomStream(seed: 4, purpose: .test)
    var action: [Int32] = [0, 0, 0]
    let draws = 40_000
    var counts = [Int](repeating: 0, count: 9)
    for _ in 0..<draws {
      let logProbability = head.sample(logits: logits, mask: mask, into: &action, stream: &stream)
      #expect(
        abs(logProbability - head.measure(logits: logits, mask: mask, action: action).logProbability) < 1e-6)
      for (branch, first) in [0, 3, 5].enumerated() { counts[first + Int(action[branch])] += 1 }
    }
    for (branch, first) in [0, 3, 5].enumerated() {
      for choice in 0..<head.branchSizes[branch] {
        if let mask, mask[first + choice] == 0 {
          #expect(counts[first + choice] == 0)
          continue
        }
        let alone = CategoricalHead(branchSizes: [head.branchSizes[branch]])
        let part = Array(logits[first..<first + head.branchSizes[branch]])
        let partMask = mask.map { Array($0[first..<first + head.branchSizes[branch]]) }
        let p = Double(
          ScalarKernels.exp(
            alone.measure(logits: part, mask: partMask, action: [Int32(choice)]).logProbability))
        // Six standard deviations: a false alarm in less than 1e-7 of all seeds.
        let deviation = (Double(draws) * p * (1 - p)).squareRoot()
        #expect(abs(Double(counts[first + choice]) - Double(draws) * p) < 6 * deviation + 1)
      }
    }
  }

  /// Branches longer than a vector register, some of them not a multiple of it, and logits far apart.
  @Test(arguments: [1, 15, 16, 17, 40]) func longBranchesAddUpToo(size: Int) {
    var stream = RandomStream(seed: 5, purpose: .test)
    let head = CategoricalHead(branchSizes: [size])
    for _ in 0..<50 {
      let logits = (0..<size).map { _ in 40 * stream.uniform() - 20 }
      var mask = (0..<size).map { _ in stream.uniform() < 0.7 ? Float(1) : 0 }
      let chosen = stream.integer(below: size)
      mask[chosen] = 1
      let weights = zip(logits, mask).map { $1 > 0 ? exp(Double($0)) : 0 }
      let sum = weights.reduce(0, +)
      let entropy = weights.reduce(0) { $1 > 0 ? $0 - $1 / sum * log($1 / sum) : $0 }
      let measured = head.measure(logits: logits, mask: mask, action: [Int32(chosen)])
      #expect(abs(Double(measured.logProbability) - log(weights[chosen] / sum)) < 1e-4)
      #expect(abs(Double(measured.entropy) - entropy) < 1e-4)
    }
  }
}
