import Environments
import Learning
import LinearAlgebra
import Testing

/// The three learners behind one face.
enum PolicyGradientLearner<E: Environment> {
  case ppo(PPO<E>)
  case a2c(A2C<E>)
  case reinforce(REINFORCE<E>)

  init(_ name: String, _ lanes: VectorEnvironment<E>, _ shared: ActorCriticConfiguration, episodeLimit: Int) {
    switch name {
    case "ppo":
      self = .ppo(
        PPO(
          environments: lanes,
          configuration: PPOConfiguration(shared: shared, rolloutSteps: 32, epochs: 4, minibatchSize: 128)))
    case "a2c":
      self = .a2c(A2C(environments: lanes, configuration: A2CConfiguration(shared: shared, rolloutSteps: 8)))
    default:
      self = .reinforce(
        REINFORCE(
          environments: lanes,
          configuration: REINFORCEConfiguration(shared: shared, episodeLimit: episodeLimit)))
    }
  }

  func train(steps: Int) throws {
    switch self {
    case .ppo(let learner): try learner.train(steps: steps)
    case .a2c(let learner): try learner.train(steps: steps)
    case .reinforce(let learner): try learner.train(steps: steps)
    }
  }

  var policy: Policy {
    switch self {
    case .ppo(let learner): learner.policy
    case .a2c(let learner): learner.policy
    case .reinforce(let learner): learner.policy
    }
  }

  func evaluate(episodes: Int) -> EvaluationSummary {
    switch self {
    case .ppo(let learner): learner.evaluate(episodes: episodes)
    case .a2c(let learner): learner.evaluate(episodes: episodes)
    case .reinforce(let learner): learner.evaluate(episodes: episodes)
    }
  }
}

/// Going on pays 1 for ever, but episodes are cut after three steps; stopping pays 4 and ends. With γ = 0.9 going on is
/// worth 10; whoever takes a cut for an end believes that it is worth less than 2.8.
struct Escalator: ScalarEnvironment {
  let timeLimit: Int? = 3
  var observationLayout: ObservationLayout { ObservationLayout(size: 1) }
  var actionSpace: ActionSpace { ActionSpace(branchSizes: [2]) }
  func makeState(stream: inout RandomStream) -> Float { stream.uniform() }
  func observe(_ state: Float, into row: inout MutableSpan<Float>) { row[0] = state }
  func step(_ state: inout Float, action: Span<Int32>, stream: inout RandomStream) -> ScalarStep {
    action[0] == 1 ? ScalarStep(reward: 4, terminated: true) : ScalarStep(reward: 1)
  }
}

/// The identity world in which one wrong choice of each branch is forbidden, and costs 100 if played.
struct MaskedIdentity: ScalarEnvironment {
  let inner = IdentityWorld()
  var observationLayout: ObservationLayout { ObservationLayout(size: 14, mask: 7..<14) }
  var actionSpace: ActionSpace { inner.actionSpace }
  func makeState(stream: inout RandomStream) -> [Int] { inner.makeState(stream: &stream) }
  func observe(_ state: [Int], into row: inout MutableSpan<Float>) {
    inner.observe(state, into: &row)
    for column in 7..<14 { row[column] = 1 }
    row[7 + (state[0] + 1) % 3] = 0
    row[10 + (state[1] + 1) % 4] = 0
  }
  func step(_ state: inout [Int], action: Span<Int32>, stream: inout RandomStream) -> ScalarStep {
    if Int(action[0]) == (state[0] + 1) % 3 || Int(action[1]) == (state[1] + 1) % 4 {
      return ScalarStep(reward: -100, terminated: true)
    }
    return inner.step(&state, action: action, stream: &stream)
  }
}

@Suite struct PolicyGradientTests {
  static let names = ["ppo", "a2c", "reinforce"]

  private func learner<E: Environment>(
    _ name: String, _ problem: E, lanes: Int = 16, threads: Int = 1, discount: Float = 0.9,
    episodeLimit: Int = 3
  ) -> PolicyGradientLearner<E> {
    let environments = VectorEnvironment(count: lanes, seed: 2, threads: threads) { problem }
    let shared = ActorCriticConfiguration(
      hidden: [32], learningRate: .linear(from: 5e-3, to: 1e-3), discount: discount, entropy: 0.005,
      threads: threads, seed: 3)
    return PolicyGradientLearner(name, environments, shared, episodeLimit: episodeLimit)
  }

  @Test(arguments: names) func branchesLearnToNameTheirDigits(name: String) throws {
    let learner = learner(name, IdentityWorld())
    try learner.train(steps: name == "ppo" ? 12_000 : 50_000)
    #expect(learner.evaluate(episodes: 500).mean >= 0.95 * 2)
  }

  @Test(arguments: names) func aCutEpisodeIsNotAnEnd(name: String) throws {
    let learner = learner(name, Escalator())
    try learner.train(steps: 20_000)
    #expect(learner.evaluate(episodes: 50).mean == 3)
  }

  @Test(arguments: names) func forbiddenChoicesAreNeverPlayed(name: String) throws {
    let learner = learner(name, MaskedIdentity())
    try learner.train(steps: name == "ppo" ? 12_000 : 50_000)
    let summary = learner.evaluate(episodes: 500)
    #expect(summary.returns.allSatisfy { $0 >= 0 })
    #expect(evaluate(learner.policy, in: MaskedIdentity(), episodes: 500, seed: 3).returns == summary.returns)
    #expect(summary.mean >= 0.95 * 2)
  }

  @Test(arguments: names) func weightsDoNotDependOnThreads(name: String) throws {
    let policies = try [1, 3].map { threads in
      let learner = learner(name, CartPole(timeLimit: 40), lanes: 130, threads: threads, episodeLimit: 40)
      try learner.train(steps: 11_000)
      return learner.policy
    }
    #expect(policies[0] == policies[1])
  }

  @Test func theExportedPolicyPlaysWhatTheLearnerPlays() throws {
    let learner = learner("ppo", CartPole(), lanes: 8, discount: 0.98)
    try learner.train(steps: 10_000)
    let exported = evaluate(learner.policy, in: CartPole(), episodes: 20, seed: 3)
    #expect(exported.returns == learner.evaluate(episodes: 20).returns)
    #expect(exported.mean > 50)
  }

  @Test func trainingStopsWhenToldToAndReportsHowItGoes() throws {
    let environments = VectorEnvironment(count: 4, seed: 1) { CartPole() }
    let learner = PPO(environments: environments, configuration: PPOConfiguration(rolloutSteps: 16))
    var reports: [TrainingProgress] = []
    try learner.train(steps: 10_000) {
      reports.append($0)
      return reports.count == 3 ? .stop : .proceed
    }
    #expect(reports.map(\.steps) == [64, 128, 192])
    #expect(learner.steps == 192)
    let entropy = try #require(reports.first?["entropy"])
    #expect(abs(entropy - 0.6931) < 0.01)
    #expect(reports.allSatisfy { $0.updates == $0.steps / 64 * 10 && $0.totalSteps == 10_000 })
  }
}
