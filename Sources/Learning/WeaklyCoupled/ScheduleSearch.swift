import LinearAlgebra

extension WeaklyCoupledDQN {
  /// A policy whose corrections, exploration and prices of money were chosen by whole episodes, for the problem's budget and others.
  ///
  /// Where forecasts of gains and costs are right on average, what the network corrects of them is noise: all, a half or nothing of its
  /// corrections are played, whichever gains most. Then an evolution strategy looks for exploration and prices.
  ///
  /// What is learned by trying shows in no single step's gain, so no update of the network can see it; whole episodes can. Every
  /// candidate of a generation plays the same fresh training episodes under the budget. Three numbers each say what is added to κ, γ
  /// and the log price of money at the start, after a quarter and after a half of an episode: straight between, and after the
  /// half the first two stay while the third fades to 0. What was found is kept if it gains on other episodes. With more money
  /// there is less to find out, with less each try costs more: each of five budgets has a search of its own. It begins from
  /// whichever gains most, of none, some and much optimism, each at prices as calibrated and higher, and of what was found for
  /// a budget nearer to the problem's own; for other budgets it has half the generations on half the episodes. Everything is
  /// played as it will be: mixed with the schedules found before.
  ///
  /// - Parameters:
  ///   - start: a policy of one schedule, calibrated.
  ///   - onProgress: takes the share that is done and the mean gain of what was played last, and says whether to go on.
  /// - Returns: the policy, as far as it was found where it was stopped.
  func searchSchedules(
    _ start: WeaklyCoupledPolicy, onProgress: (Double, Double) -> TrainingDirective
  ) -> WeaklyCoupledPolicy {
    let generations = configuration.searchGenerations
    guard generations > 0 else { return start }
    // Where costs are not forecast, shares do not tell budgets apart.
    let ownShare = logShare(budget: 1)
    let otherBudgets = [[0.5, 0.25], [2, 4]].map { $0.filter { logShare(budget: $0) != ownShare } }
    let others = (generations + 1) / 2
    let parts = Double(1 + 1 + generations + 1 + otherBudgets.joined().count * (1 + others + 1))
    var done = 0.0
    func isStopped(_ score: Double) -> Bool {
      done += 1
      return onProgress(done / parts, score) == .stop
    }
    var lane = configuration.lanes + configuration.calibrationRounds * configuration.calibrationEpisodes
    let shares: [Float] = [0.5, 0]
    let networks = [start] + pool.map(shares.count) { calibrated(start.correcting(shares[$0])) }
    let corrected = scores(networks, lane: &lane, blocks: 4 * searchedBlocks)
    let best = corrected.firstIndexOfMaximum
    let start = networks[best]
    if isStopped(corrected[best]) { return start }

    var schedules: [PlaySchedule] = []
    /// What is found from the best of some beginnings, played beside the schedules of other budgets; nil where the search was
    /// stopped.
    func found(
      from beginnings: [SearchedSchedule], budget: Double, generations: Int, blocks: Int
    ) -> SearchedSchedule? {
      let candidates = pool.map(beginnings.count) { index in
        let beginning = beginnings[index]
        var candidate = SearchedSchedule(
          calibrate(
            start, optimism: beginning.schedule.optimism, information: beginning.schedule.information,
            budget: budget, beside: schedules))
        candidate.addOffsets(beginning.offsets)
        return candidate
      }
      let scores = scores(
        candidates.map { start.playing(schedules + [$0.schedule]) }, budget: budget, lane: &lane,
        blocks: 2 * searchedBlocks)
      let best = scores.firstIndexOfMaximum
      guard !isStopped(scores[best]) else { return nil }
      return evolved(
        candidates[best], of: start, beside: schedules, budget: budget, generations: generations,
        blocks: blocks, lane: &lane, isStopped: isStopped)
    }
    let (optimism, information) = (configuration.optimism, configuration.information)
    let even =
      [SearchedSchedule(PlaySchedule())]
      + [1, 2, 3].flatMap { (times: Float) in
        [0, 0.25].map { raise in
          SearchedSchedule(
            PlaySchedule(optimism: [times * optimism], information: [information]),
            offsets: [raise, raise, raise])
        }
      }
    guard let own = found(from: even, budget: 1, generations: generations, blocks: searchedBlocks) else {
      return start
    }
    schedules.append(own.schedule)
    search: for side in otherBudgets {
      var beginnings = even + [own.times(0.5), own]
      for budget in side {
        let found = found(
          from: beginnings, budget: budget, generations: others, blocks: (searchedBlocks + 1) / 2)
        guard let found else { break search }
        schedules.append(found.schedule)
        beginnings.append(found)
      }
    }
    return start.playing(schedules)
  }

  private static var searchedLanes: Int { 64 }
  var searchedBlocks: Int {
    (configuration.searchEpisodes + Self.searchedLanes - 1) / Self.searchedLanes
  }

  /// A schedule with what an evolution strategy adds to it, or as it is where that gains nothing on other episodes.
  ///
  /// - Returns: nil where it was stopped.
  private func evolved(
    _ beginning: SearchedSchedule, of policy: WeaklyCoupledPolicy, beside others: [PlaySchedule],
    budget: Double, generations: Int, blocks: Int, lane: inout Int, isStopped: (Double) -> Bool
  ) -> SearchedSchedule? {
    var search = EvolutionSearch(
      mean: [Float](repeating: 0, count: 9),
      deviations: [0.15, 0.15, 0.15, 0.015, 0.015, 0.015, 0.08, 0.08, 0.08],
      candidates: max(2, configuration.searchCandidates / 2 * 2),
      random: RandomStream(seed: seed, purpose: .exploration, lane: lane))
    for _ in 0..<generations {
      let candidates = search.candidates()
      let scores = scores(
        candidates.map { policy.playing(others + [beginning.adding($0).schedule]) }, budget: budget,
        lane: &lane, blocks: blocks)
      search.tell(candidates, scores: scores)
      if isStopped(scores.reduce(0, +) / Double(scores.count)) { return nil }
    }
    let found = beginning.adding(search.mean)
    let check = scores(
      [beginning, found].map { policy.playing(others + [$0.schedule]) }, budget: budget, lane: &lane,
      blocks: 4 * blocks)
    if isStopped(check[1]) { return nil }
    return check[1] > check[0] ? found : beginning
  }

  /// The mean gain of each policy on the same training episodes, one in each lane of some blocks, from a lane on that moves behind
  /// them.
  func scores(
    _ policies: [WeaklyCoupledPolicy], budget: Double = 1, lane: inout Int, blocks: Int
  ) -> [Double] {
    let firstLane = lane
    lane += blocks * Self.searchedLanes
    let gains = pool.map(policies.count * blocks) { piece in
      let lane = firstLane + piece % blocks * Self.searchedLanes
      return playUnderBudget(
        policies[piece / blocks], budget: budget, lanes: lane..<lane + Self.searchedLanes, episodes: 1,
        seed: seed
      ).gain
    }
    return policies.indices.map { policy in
      (0..<blocks).reduce(0) { $0 + gains[policy * blocks + $1] } / Double(blocks)
    }
  }
}

extension [Double] {
  /// Where the first of the largest stands.
  var firstIndexOfMaximum: Int { indices.reduce(0) { self[$1] > self[$0] ? $1 : $0 } }
}

/// A schedule and what was added to its log prices since they were calibrated.
struct SearchedSchedule {
  var schedule: PlaySchedule
  /// Three numbers: at the start, after a quarter and after a half of the steps.
  var offsets: [Float]

  init(_ schedule: PlaySchedule, offsets: [Float] = [0, 0, 0]) {
    self.schedule = schedule
    self.offsets = offsets
  }

  /// A share of its exploration and of what was added to its prices.
  func times(_ share: Float) -> SearchedSchedule {
    var searched = self
    searched.schedule.optimism = schedule.optimism.map { share * $0 }
    searched.schedule.information = schedule.information.map { share * $0 }
    searched.offsets = offsets.map { share * $0 }
    return searched
  }

  /// The schedule with numbers of a search added: three each to κ, γ and the log price.
  func adding(_ numbers: [Float]) -> SearchedSchedule {
    var searched = self
    let steps = schedule.priceOffsets.count
    searched.schedule.optimism = (0..<steps).map {
      max(0, schedule.at($0).optimism + Self.line(numbers[0..<3], $0, of: steps))
    }
    searched.schedule.information = (0..<steps).map {
      max(0, schedule.at($0).information + Self.line(numbers[3..<6], $0, of: steps))
    }
    searched.addOffsets(Array(numbers[6...]))
    return searched
  }

  /// Adds three numbers to the log prices: they fade after the half.
  mutating func addOffsets(_ numbers: [Float]) {
    let steps = schedule.priceOffsets.count
    for index in offsets.indices { offsets[index] += numbers[index] }
    for step in 0..<steps {
      schedule.priceOffsets[step] +=
        Self.line(numbers[...], step, of: steps) * min(1, 2 * (1 - Float(step) / Float(steps)))
    }
  }

  /// Straight lines through three numbers at the start, a quarter and a half of the steps; the last stays.
  private static func line(_ numbers: ArraySlice<Float>, _ step: Int, of steps: Int) -> Float {
    let first = numbers.startIndex
    let quarters = 4 * Float(step) / Float(steps)
    let knot = Int(quarters)
    guard knot < 2 else { return numbers[first + 2] }
    return numbers[first + knot] + (quarters - Float(knot))
      * (numbers[first + knot + 1] - numbers[first + knot])
  }
}
