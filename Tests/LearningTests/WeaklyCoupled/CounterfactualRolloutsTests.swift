import Learning
import LinearAlgebra
import Testing

struct CounterfactualRolloutsTests {
  /// A channel is good or bad with even chances, for the whole of an episode, and playing it shows which. A step of a good one
  /// brings 1, of a bad one -1.2, so the first try loses 0.1 on average, and no step's own gain says that it is worth it.
  struct HiddenQuality: WeaklyCoupledEnvironment {
    let channelCount = 2
    let steps = 8
    let columns = ChannelColumns(features: 3, levels: 3)

    func makeBlock(lanes: Range<Int>, seed: UInt64, budget: Double?) -> Block {
      Block(lanes: lanes, seed: seed, problem: self)
    }

    final class Block: WeaklyCoupledBlock {
      let problem: HiddenQuality
      var random: [RandomStream]
      var isGood: [Bool]
      var isKnown: [Bool]
      var step = 0

      init(lanes: Range<Int>, seed: UInt64, problem: HiddenQuality) {
        self.problem = problem
        random = lanes.map { RandomStream(seed: seed, purpose: .episode, lane: $0) }
        isGood = [Bool](repeating: false, count: lanes.count * problem.channelCount)
        isKnown = isGood
      }

      func startEpisode() {
        step = 0
        for index in isGood.indices {
          isGood[index] = random[index / problem.channelCount].uniform() < 0.5
          isKnown[index] = false
        }
      }

      private func gain(_ index: Int) -> Float { isGood[index] ? 1 : -1.2 }

      func observe(into rows: MatrixView) {
        let columns = problem.columns
        for index in isGood.indices {
          let row = rows.row(index)
          row.update(repeating: 0, count: columns.count)
          row[0] = isKnown[index] ? 0 : 1
          row[1] = isKnown[index] ? 0 : Float(problem.steps - step) / Float(problem.steps)
          row[2] = isKnown[index] ? gain(index) : 0
          for level in 1..<columns.levels {
            row[columns.gains.lowerBound + level] = Float(level) * (isKnown[index] ? gain(index) : -0.1)
          }
          row[columns[.traffic]] = 1
        }
      }

      func step(
        levels: UnsafePointer<Int32>, gains: UnsafeMutablePointer<Float>, costs: UnsafeMutablePointer<Float>
      ) {
        for index in isGood.indices {
          gains[index] = Float(levels[index]) * gain(index)
          costs[index] = 0
          if levels[index] > 0 { isKnown[index] = true }
        }
        step += 1
      }

      func moneyLeft(into money: UnsafeMutablePointer<Float>) {
        money.update(repeating: 1, count: isGood.count / problem.channelCount)
      }
    }
  }

  private func learner(rollouts: Int, threads: Int) -> WeaklyCoupledDQN<HiddenQuality> {
    var configuration = WeaklyCoupledConfiguration()
    (configuration.passes, configuration.updatesPerPass, configuration.lanes) = (1, 0, 32)
    (configuration.optimism, configuration.information) = (0, 0)
    (configuration.calibrationEpisodes, configuration.searchGenerations) = (64, 0)
    (configuration.rollouts, configuration.searchEpisodes) = (rollouts, 256)
    return WeaklyCoupledDQN(HiddenQuality(), configuration: configuration, seed: 3, threads: threads)
  }

  @Test
  func `rollouts teach a policy to try what no step's own gain is worth`() throws {
    let without = learner(rollouts: 0, threads: 1)
    try without.train()
    #expect(without.score(episodes: 1024, seed: 0) == 0)
    let with = learner(rollouts: 8 * 448, threads: 1)
    try with.train()
    // Trying both channels in the first step at level 2 is the best: 2 channels × 2 × (8 good steps − 1 bad one) / 2 = 13.6.
    #expect(with.score(episodes: 1024, seed: 0) > 10)
  }

  @Test
  func `rollouts tell how far they are, and stop when they are told to`() throws {
    let learner = learner(rollouts: 32 * 448, threads: 1)
    var shares: [Double] = []
    try learner.train(steps: 1_000_000, progressInterval: nil) { progress in
      shares.append(progress["searched"] ?? .nan)
      return shares[shares.count - 1] > 0.7 ? .stop : .proceed
    }
    #expect(shares == [0, 0.625, 0.75])
    #expect(learner.score(episodes: 256, seed: 0) == 0)
  }

  @Test
  func `rollouts are the same to the bit on any number of threads`() throws {
    let policies = try [1, 3].map { threads in
      let learner = learner(rollouts: 2 * 448, threads: threads)
      try learner.train()
      return learner.policy
    }
    #expect(policies[0] == policies[1])
  }
}
