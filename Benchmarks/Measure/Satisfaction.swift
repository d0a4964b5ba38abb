import Apportion
import ArgumentParser

/// Mean engagement of a visit in RecSim's long-term satisfaction, by SlateQ after 200,000 steps.
struct Satisfaction: ParsableCommand {
  @Option(help: "How much exposure to clickbait moves satisfaction.") var sensitivity: Float = 0.01
  @Option(help: "How many steps are played.") var steps = 200_000
  @Option(help: "How many training seeds.") var seeds: UInt64 = 3
  @Option(help: "The discount; 0 is the myopic recommender.") var discount: Float = 0.95
  @Option(help: "How many visits judge.") var episodes = 2000

  func run() throws {
    var world = LongTermSatisfaction()
    world.sensitivity = sensitivity
    var stream = RandomStream(seed: 1, purpose: .exploration)
    let (candidates, positions) = (world.candidates, world.positions)
    print(
      "random:",
      evaluate(world, episodes: episodes, seed: 1) { rows, actions in
        for index in 0..<rows.rows * positions {
          actions[index] = Int32(stream.integer(below: candidates))
        }
      })
    for seed in 1...seeds {
      var configuration = SlateQConfiguration()
      configuration.seed = seed
      configuration.discount = discount
      let learner = SlateQ(VectorEnvironment(count: 32, seed: seed) { world }, configuration: configuration)
      let start = ContinuousClock.now
      try learner.train(steps: steps)
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      print("seed \(seed):", learner.evaluate(episodes: episodes, seed: 1), "after \(seconds) s")
    }
  }
}
