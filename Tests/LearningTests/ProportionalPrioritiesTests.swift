import Environments
import Foundation
import Learning
import LinearAlgebra
import NeuralNetworks
import Testing

/// What `ProportionalPriorities` does, by way of the ring that owns them.
@Suite struct ProportionalPrioritiesTests {
  private static let exponent: Float = 0.7
  private static let table = NormalizationTable(
    ObservationNormalizer(identity: 1, limit: .infinity), layout: ObservationLayout(size: 1))

  /// A ring of 200 transitions, the row of each being its number, each with an error of its own.
  private func ring(error: (Int) -> Float) -> ReplayBuffer {
    let buffer = ReplayBuffer(
      capacity: 400, lanes: 1, observationSize: 1, branchCount: 1, priorityExponent: Self.exponent)
    buffer.append(numbered: 0...200)
    // Nothing is known of any, so equal parts of the sum hold one transition each: a batch of all brings all.
    let batch = ReplayBatch(count: 200, observationSize: 1, branchCount: 1)
    var stream = RandomStream(seed: 1, purpose: .replay)
    buffer.sample(into: batch, normalizedBy: Self.table, stream: &stream)
    let rows = (0..<200).map { Int(batch.observations[$0, 0]) }
    #expect(rows == Array(0..<200))
    #expect((0..<200).allSatisfy { batch.weights[$0] == 1 })
    buffer.prioritize(batch, by: rows.map(error))
    return buffer
  }

  /// How often each row comes in many batches.
  private func counts(_ buffer: ReplayBuffer, draws: Int) -> [Int] {
    let batch = ReplayBatch(count: 20, observationSize: 1, branchCount: 1)
    var stream = RandomStream(seed: 2, purpose: .replay)
    var counts = [Int](repeating: 0, count: 300)
    for _ in 0..<draws / 20 {
      buffer.sample(into: batch, normalizedBy: Self.table, stream: &stream)
      for draw in 0..<20 { counts[Int(batch.observations[draw, 0])] += 1 }
    }
    return counts
  }

  /// Draws from equal parts vary less than independent ones, for which the false alarm comes once in a million seeds.
  @Test func transitionsAreDrawnInProportionToTheirPriorities() {
    let buffer = ring { Float($0 % 50) / 10 }
    let priorities = (0..<200).map { Double(powf(Float($0 % 50) / 10 + 0.01, Self.exponent)) }
    let draws = 200_000
    let counts = counts(buffer, draws: draws)
    let total = priorities.reduce(0, +)
    let chiSquare = (0..<200).reduce(0.0) { sum, row in
      let mean = Double(draws) * priorities[row] / total
      return sum + (Double(counts[row]) - mean) * (Double(counts[row]) - mean) / mean
    }
    #expect(chiSquare < chiSquareLimit(degrees: 199))
    // The order of errors is the order of draws, ten to a rank: their means lie over seven deviations apart.
    let ranks = (0..<5).map { rank in (0..<200).filter { $0 % 50 / 10 == rank }.reduce(0) { $0 + counts[$1] }
    }
    #expect(ranks == ranks.sorted() && Set(ranks).count == 5)
  }

  @Test("Weights take back what priorities give", arguments: [0, 0.4, 1] as [Float])
  func weightsTakeBackWhatPrioritiesGive(correction: Float) {
    let buffer = ring { Float($0 % 7) }
    let batch = ReplayBatch(count: 32, observationSize: 1, branchCount: 1)
    var stream = RandomStream(seed: 5, purpose: .replay)
    buffer.sample(into: batch, normalizedBy: Self.table, correction: correction, stream: &stream)
    let priorities = (0..<32).map { powf(Float(Int(batch.observations[$0, 0]) % 7) + 0.01, Self.exponent) }
    let smallest = priorities.min() ?? 0
    for draw in 0..<32 {
      #expect(abs(batch.weights[draw] - powf(smallest / priorities[draw], correction)) < 1e-5)
    }
    #expect((0..<32).contains { batch.weights[$0] == 1 })
    #expect(batch.transitions.weights == UnsafePointer(batch.weights.pointer))
  }

  /// A hundred new transitions have the largest priority of the old, which is that of an error of 5.
  @Test func newTransitionsComeFirst() {
    let buffer = ring { $0 == 17 ? 5 : 0 }
    buffer.append(numbered: 201...300)
    let counts = counts(buffer, draws: 20_000)
    let (large, small) = (powf(5.01, Self.exponent), powf(0.01, Self.exponent))
    let share = Double(101 * large / (101 * large + 199 * small))
    let new = Double(counts[17] + counts[200..<300].reduce(0, +))
    #expect(abs(new / 20_000 - share) < 5 * (share * (1 - share) / 20_000).squareRoot())
  }

  /// The weighted mean over draws is that of all transitions, within over five deviations; unweighted it would be 5.6.
  @Test func fullyCorrectedMeansAreThoseOfAllTransitions() {
    let buffer = ring { 1 + Float($0 % 10) }
    let batch = ReplayBatch(count: 4000, observationSize: 1, branchCount: 1)
    var stream = RandomStream(seed: 6, purpose: .replay)
    buffer.sample(into: batch, normalizedBy: Self.table, correction: 1, stream: &stream)
    var (sum, weights) = (0.0, 0.0)
    for draw in 0..<4000 {
      weights += Double(batch.weights[draw])
      sum += Double(batch.weights[draw]) * Double(Int(batch.observations[draw, 0]) % 10)
    }
    #expect(abs(sum / weights - 4.5) < 0.3)
  }

  private func learner(
    threads: Int, head: Aggregation, prioritization: Prioritization
  ) -> DoubleDQN<IdentityWorld> {
    DoubleDQN(
      environments: VectorEnvironment(count: 32, seed: 1) { IdentityWorld() },
      configuration: DoubleDQNConfiguration(
        hidden: [64], head: head, learningRate: .linear(from: 2e-3, to: 2e-4), nStep: 1, batchSize: 128,
        replayCapacity: 4000, priorityExponent: 0.6, prioritization: prioritization, warmupSteps: 1000,
        environmentStepsPerUpdate: 8,
        targetUpdate: .polyak(0.02), threads: threads, seed: 5))
  }

  @Test(
    "The learner learns with priorities, alike at any number of threads", arguments: Aggregation.allCases,
    Prioritization.allCases)
  func theLearnerLearnsWithPriorities(head: Aggregation, prioritization: Prioritization) throws {
    let one = learner(threads: 1, head: head, prioritization: prioritization)
    let three = learner(threads: 3, head: head, prioritization: prioritization)
    // Long enough that the ring is full and old transitions make room.
    try one.train(steps: 16_000)
    try three.train(steps: 16_000)
    #expect(one.policy.weights == three.policy.weights)
    #expect(one.evaluate(episodes: 500).mean == 2)
  }
}
