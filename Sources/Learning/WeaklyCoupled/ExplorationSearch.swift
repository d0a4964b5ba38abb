import LinearAlgebra

extension WeaklyCoupledDQN {
  /// A policy whose exploration and prices of money were learned by an evolution strategy.
  ///
  /// What is learned by trying shows in no single step's gain, so no update of the network can see it; whole episodes can. Every
  /// candidate of a generation plays the same fresh training episodes under the budget. Three numbers each say what is added to κ, γ
  /// and the log price of money at the start, after a quarter and after a half of an episode: straight between, and after the
  /// half the first two stay while the third fades to 0. What was found is kept if it gains on other episodes.
  func explore(_ start: WeaklyCoupledPolicy) -> WeaklyCoupledPolicy {
    guard configuration.searchGenerations > 0 else { return start }
    let pairs = max(1, configuration.searchCandidates / 2)
    var search = EvolutionSearch(
      mean: [Float](repeating: 0, count: 9),
      deviations: [0.15, 0.15, 0.15, 0.015, 0.015, 0.015, 0.08, 0.08, 0.08], candidates: 2 * pairs,
      random: RandomStream(seed: seed, purpose: .exploration, lane: configuration.lanes))
    let blocks = (configuration.searchEpisodes + Self.searchedLanes - 1) / Self.searchedLanes
    var lane = configuration.lanes + configuration.calibrationRounds * configuration.calibrationEpisodes
    for _ in 0..<configuration.searchGenerations {
      let candidates = search.candidates()
      search.tell(
        candidates, scores: scores(candidates.map { start.exploring($0) }, firstLane: lane, blocks: blocks))
      lane += blocks * Self.searchedLanes
    }
    let found = start.exploring(search.mean)
    let check = scores([start, found], firstLane: lane, blocks: 4 * blocks)
    return check[1] > check[0] ? found : start
  }

  private static var searchedLanes: Int { 64 }

  /// The mean gain of each policy on the same training episodes, one in each lane of some blocks.
  private func scores(_ policies: [WeaklyCoupledPolicy], firstLane: Int, blocks: Int) -> [Double] {
    var gains = [Double](repeating: 0, count: policies.count * blocks)
    gains.withUnsafeMutableBufferPointer { gains in
      nonisolated(unsafe) let gains = gains
      pool.run(policies.count * blocks) { piece in
        let lane = firstLane + piece % blocks * Self.searchedLanes
        gains[piece] =
          playUnderBudget(
            policies[piece / blocks], lanes: lane..<lane + Self.searchedLanes, episodes: 1, seed: seed
          ).gain
      }
    }
    return policies.indices.map { policy in
      (0..<blocks).reduce(0) { $0 + gains[policy * blocks + $1] } / Double(blocks)
    }
  }
}

extension WeaklyCoupledPolicy {
  /// The policy with numbers of a search added to its exploration and its prices.
  func exploring(_ numbers: [Float]) -> WeaklyCoupledPolicy {
    let steps = priceOffsets.count
    /// Straight lines through three of the numbers, the last of which stays.
    func added(_ first: Int, at step: Int) -> Float {
      let quarters = 4 * Float(step) / Float(steps)
      let knot = min(Int(quarters), 2)
      guard knot < 2 else { return numbers[first + 2] }
      return numbers[first + knot] + (quarters - Float(knot))
        * (numbers[first + knot + 1] - numbers[first + knot])
    }
    var policy = self
    policy.exploration = WeaklyCoupledExploration(
      optimism: (0..<steps).map { max(0, exploration.optimism($0) + added(0, at: $0)) },
      information: (0..<steps).map { max(0, exploration.information($0) + added(3, at: $0)) })
    for step in 0..<steps {
      policy.priceOffsets[step] += added(6, at: step) * min(1, 2 * (1 - Float(step) / Float(steps)))
    }
    return policy
  }
}
