import Applications
import Documents
import Environments
import Foundation
import Learning

extension RecommendationProblem: Application {
  /// Worlds are shown in one way only.
  package struct Options: ProblemOptions {
    package init() {}
    package static var settings: [Setting<Options>] { [] }
  }

  package static let kind = "recommendation"
  package static let summary = "whom to show what: slates of items for visitors who click, tire and leave"
  package static let fileName = "recommendation.yaml"
  package static let presets = bundled.path("Presets")

  package func write(toRunFolder path: String) throws {
    try AtomicFile.write(yaml, to: "\(path)/\(Self.fileName)")
  }

  package var defaultSteps: Int { 200_000 }
  package var learnerThreads: Int? { 1 }

  package var algorithms: [Algorithm] {
    var slateQ = SlateQConfiguration()
    slateQ.hidden = [32, 32]
    // Where showing one thing hardly moves what comes later, looking ahead is noise.
    if case .shop = world { slateQ.discount = 0 }
    return [Algorithm("slateq", slateQ)] + Algorithm.common
  }

  package func environment(_ options: Options) -> any Environment { filling }
  package func environment(of policy: Policy) -> any Environment { filling }

  private var filling: any Environment {
    func fill(_ world: some RecommendationWorld) -> any Environment { SlateFilling(world) }
    return fill(play)
  }

  package func score(
    _ policy: Policy, options: Options, on episodes: HeldOutEpisodes, trainingSeed: UInt64
  ) -> Double {
    switch episodes {
    case .validation(let count):
      returns(of: policy, episodes: count, seed: trainingSeed ^ validationSeed).mean
    case .evaluation(let count): returns(of: policy, episodes: count, seed: trainingSeed).mean
    }
  }

  package func bestScore(discount: Double?, episodes: Int) -> BestScore? {
    play.visitBound.map { .bound($0) }
  }

  /// Plays a policy and all baselines to the same visitors.
  package func evaluation(of policy: Policy, episodes: Int, seed: UInt64) -> Evaluation {
    func baselines(_ world: some RecommendationWorld) -> [Evaluation.Row] {
      world.baselines(seed: seed).map { baseline in
        .init(
          name: baseline.name,
          summary: evaluate(world, episodes: episodes, seed: seed, threads: 1, act: baseline.act))
      }
    }
    return Evaluation(
      policy: .init(name: "policy", summary: returns(of: policy, episodes: episodes, seed: seed)),
      trainingSteps: policy.trainingSteps, baselines: baselines(play),
      best: bestScore(discount: nil, episodes: episodes))
  }

  /// The returns of a policy's visits; lengths are slates.
  func returns(of policy: Policy, episodes: Int, seed: UInt64) -> EvaluationSummary {
    func play(_ world: some RecommendationWorld) -> EvaluationSummary {
      let positions = world.slateLayout.positions
      let summary = evaluate(
        policy, in: SlateFilling(world), episodes: episodes, seed: seed, threads: 1)
      return EvaluationSummary(
        returns: summary.returns, lengths: summary.lengths.map { $0 / positions })
    }
    return play(self.play)
  }
}
