import Applications
import Documents
import Learning

extension BudgetProblem: WeaklyCoupledApplication {
  /// A policy of either form as a strategy of evaluations.
  package func entry(of policy: TrainedPolicy) throws -> MarketEvaluation.Entry {
    switch policy {
    case .network(let policy): try entry(of: policy)
    case .weaklyCoupled(let policy): try entry(of: policy)
    }
  }

  /// A policy as a strategy of evaluations.
  func entry(of policy: WeaklyCoupledPolicy) throws -> MarketEvaluation.Entry {
    let problem = try WeaklyCoupledMarket(market: market, seenBy: policy)
    return .init("policy") { WeaklyCoupledStrategy(policy: policy, problem: problem) }
  }

  package func check(_ policy: WeaklyCoupledPolicy) throws {
    _ = try WeaklyCoupledMarket(market: market, seenBy: policy)
  }

  package func score(_ policy: WeaklyCoupledPolicy, on episodes: HeldOutEpisodes) throws -> Double {
    score(try entry(of: policy), on: episodes)
  }

  package func evaluation(of policy: WeaklyCoupledPolicy, episodes: Int, seed: UInt64) throws -> Evaluation {
    evaluation(
      of: try entry(of: policy), trainedFor: policy.trainingSteps, episodes: episodes, seed: seed)
  }

  package func sections(
    of policy: WeaklyCoupledPolicy, evaluation: EvaluationDocument, explanation: JSONValue?
  ) throws -> [PageSection] {
    sections(of: try entry(of: policy), evaluation: evaluation, explanation: explanation)
  }

  /// Explains a tick by the price of money: what each channel's next unit of money would bring, and what the last one does.
  package func explanation(of policy: WeaklyCoupledPolicy, step tick: Int, episodes: Int, seed: UInt64) throws
    -> any Document
  {
    guard tick < market.ticks else {
      throw InputError.configuration(
        "--tick", "the market has \(market.ticks) ticks, counted from 0", "name one of them")
    }
    let strategy = WeaklyCoupledStrategy(
      policy: policy, problem: try WeaklyCoupledMarket(market: market, seenBy: policy))
    let evaluation = MarketEvaluation(market: market, episodes: 1, seed: seed, posterior: heldOut)
    let simulation = evaluation.simulation(of: 0..<1)
    let levels = evaluation.withLevels(1) { levels in
      simulation.startEpisode()
      strategy.startEpisode(simulation.console)
      for _ in 0..<tick {
        strategy.choose(simulation.console, levels: levels)
        simulation.play(levels: levels)
        strategy.observe(simulation.console)
      }
      strategy.choose(simulation.console, levels: levels)
      return market.channels.indices.map { Int(levels[$0]) }
    }
    let played = strategy.played(lane: 0)
    let simulated = simulate(try entry(of: policy), tick: tick, episodes: episodes, seed: seed)
    let channels = market.channels.enumerated().map { index, channel in
      MoneyPriceExplanation.Channel(
        name: channel.name, bids: channel.bids, levels: channel.levels, chosen: levels[index],
        values: Array(played.values[index].prefix(channel.levels.count)),
        spends: Array(played.spends[index].prefix(channel.levels.count)),
        moneyPrice: played.price, simulated: simulated.levels[index], whenOff: simulated.off[index])
    }
    return MoneyPriceExplanation(
      market: market, tick: tick, episodes: episodes, expected: simulated.expected,
      moneyPrice: played.price, moneyLeft: Double(simulation.remaining[0]), channels: channels)
  }
}
