import Environments
import Learning
import LinearAlgebra
import Testing

@Suite struct TextbookAgentTests {
  @Test func aHundredUpdatesAreThoseOfPyTorch() {
    var numbers = Numbers(state: 5)
    let parameters = numbers.signed(4 * 24 + 24 + 24 * 24 + 24 + 24 * 3 + 3).map { $0 / 4 }
    let agent = TextbookAgent(stateSize: 4, actionCount: 3, parameters: parameters, discount: 0.9375)
    for expected in textbookLosses {
      let (state, nextState) = (numbers.signed(4), numbers.signed(4))
      let action = numbers.word() % 3
      let reward = numbers.signed(1)[0]
      let loss = agent.train(
        state: state, action: action, reward: reward, nextState: nextState,
        isTerminal: numbers.word() % 8 == 0)
      #expect(abs(loss - expected) < 1e-5)
    }
    let distance =
      zip(agent.network.parameterValues, textbookParameters).map { abs($0 - $1) }.max() ?? .infinity
    #expect(distance < 1e-5)
    #expect(textbookParameters.count == parameters.count)
  }

  @Test func explorationFadesAndGreedyPlayFollowsTheValues() {
    let agent = TextbookAgent(
      stateSize: 2, actionCount: 3, epsilon: 1, epsilonDecay: 0.5, minimumEpsilon: 0.2)
    #expect(Set((0..<200).map { _ in agent.act([1, 0]) }) == [0, 1, 2])
    for expected in [Float(0.5), 0.25, 0.2, 0.2] {
      agent.train(state: [1, 0], action: 1, reward: 1, nextState: [0, 1], isTerminal: true)
      #expect(agent.epsilon == expected)
    }
    agent.epsilon = 0
    let values = agent.actionValues([0.3, -0.6])
    #expect(values[agent.act([0.3, -0.6])] == values.max())
  }

  @Test func itLearnsTheShortWayThroughACorridor() {
    let agent = TextbookAgent(
      stateSize: Chain.places, actionCount: 2, learningRate: 3e-3, epsilonDecay: 0.999)
    let problem = Chain()
    var stream = RandomStream(seed: 3, purpose: .test)
    var state = problem.makeState(stream: &stream)
    for _ in 0..<6_000 {
      let row = row(state)
      let played = agent.act(row)
      let action = [Int32(played)]
      let outcome = problem.step(&state, action: action.span, stream: &stream)
      agent.train(
        state: row, action: played, reward: outcome.reward, nextState: self.row(state),
        isTerminal: outcome.terminated)
      if outcome.terminated { state = problem.makeState(stream: &stream) }
    }
    agent.epsilon = 0
    let optimal = Chain.optimalQ(discount: 0.95)
    for place in 0..<Chain.places {
      #expect(agent.act(row(place)) == (optimal[place][1] > optimal[place][0] ? 1 : 0))
    }
  }

  private func row(_ place: Int) -> [Float] { (0..<Chain.places).map { $0 == place ? 1 : 0 } }
}

/// The linear congruential numbers that `Golden/textbook_agent.py` draws too, all exact in single precision.
private struct Numbers {
  var state: UInt64

  mutating func word() -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 48)
  }

  mutating func signed(_ count: Int) -> [Float] { (0..<count).map { _ in Float(word() - 32768) / 32768 } }
}
