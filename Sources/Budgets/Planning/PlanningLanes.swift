import LinearAlgebra

/// Beliefs and plans of a block of lanes: all that certainty-equivalent control keeps between two ticks.
final class PlanningLanes {
  let planner: LagrangianPlanner
  let tracker: BeliefTracker
  private let memory: PlanMemory
  /// Channels in which nothing is bought for now; none where the list is empty. In use with one lane only.
  var paused: [Bool] = []

  init(market: Market, models: [ChannelModel], laneCount: Int) {
    planner = LagrangianPlanner(market, models: models)
    tracker = BeliefTracker(market: market, models: planner.models, laneCount: laneCount)
    memory = planner.makeMemory(lanes: laneCount)
  }

  var laneCount: Int { tracker.laneCount }

  func startEpisode() {
    tracker.startEpisode()
    memory.clear()
  }

  /// Plans the rest of a lane's episode; the plan stands in the planner until the next.
  ///
  /// - Parameter budget: the money to plan with; nil for what the lane has left.
  func plan(_ console: AdvertiserConsole, lane: Int, budget: Float? = nil) {
    withBeliefs(lane: lane) { beliefs, curves in
      planner.plan(
        tick: console.tick, budget: budget ?? console.remaining[lane], beliefs: beliefs, curves: curves,
        memory: memory, lane: lane)
    }
  }

  /// Has the planner say what the levels of a tick cost and bring, without a plan.
  func forecast(tick: Int, lane: Int) {
    withBeliefs(lane: lane) { beliefs, curves in
      planner.forecast(tick: tick, beliefs: beliefs, curves: curves, lane: lane)
    }
  }

  private func withBeliefs(lane: Int, _ body: (UnsafePointer<ChannelBelief>, [CurveBeliefs?]) -> Void) {
    guard paused.contains(true) else { return body(tracker.lane(lane), tracker.curves) }
    body(
      paused.indices.map { paused[$0] ? tracker.lane(lane)[$0].silenced : tracker.lane(lane)[$0] },
      zip(paused, tracker.curves).map { $0 ? nil : $1 })
  }

  /// How many `numbers` there are.
  var numberCount: Int { tracker.numberCount + memory.numberCount }

  /// Beliefs by channel, then the last plan, of one lane.
  var numbers: [Float] {
    get {
      [Float](unsafeUninitializedCapacity: numberCount) { numbers, count in
        guard let first = numbers.baseAddress else { return }
        tracker.write(into: first)
        memory.write(into: first + tracker.numberCount)
        count = numbers.count
      }
    }
    set {
      precondition(
        laneCount == 1 && newValue.count == numberCount, "The numbers are not of one lane's beliefs and plan."
      )
      newValue.withUnsafeBufferPointer { numbers in
        guard let first = numbers.baseAddress else { return }
        tracker.read(first)
        memory.read(first + tracker.numberCount)
      }
    }
  }

  /// Takes over beliefs and remembered plans of as many lanes of the same market.
  func copy(from other: PlanningLanes) {
    tracker.copy(from: other.tracker)
    memory.copy(from: other.memory)
  }
}

/// The last plan of each lane, from which the next is started.
final class PlanMemory {
  /// Lanes: the price of money; negative where there is no last plan.
  let multipliers: UnsafeMutablePointer<Float>
  /// Lanes × groups: the worth of carry-over.
  let worth: Matrix
  /// Lanes × groups: the carry-over forecast.
  let carry: Matrix
  /// Lanes × groups: the levels chosen.
  let levels: UnsafeMutablePointer<Int32>
  let groups: Int
  private let lanes: Int

  init(lanes: Int, groups: Int) {
    self.lanes = lanes
    self.groups = groups
    multipliers = .allocate(capacity: lanes)
    multipliers.initialize(repeating: -1, count: lanes)
    worth = Matrix(rows: lanes, columns: groups)
    carry = Matrix(rows: lanes, columns: groups)
    levels = .allocate(capacity: lanes * groups)
    levels.initialize(repeating: 0, count: lanes * groups)
  }

  deinit {
    multipliers.deallocate()
    levels.deallocate()
  }

  /// How many numbers a lane's plan has.
  var numberCount: Int { 1 + 3 * groups }

  /// Writes price of money, worths, carry-overs and levels of the first lane.
  func write(into numbers: UnsafeMutablePointer<Float>) {
    numbers[0] = multipliers[0]
    (numbers + 1).update(from: worth.pointer, count: groups)
    (numbers + 1 + groups).update(from: carry.pointer, count: groups)
    for group in 0..<groups { numbers[1 + 2 * groups + group] = Float(levels[group]) }
  }

  /// Takes over what was written.
  func read(_ numbers: UnsafePointer<Float>) {
    multipliers[0] = numbers[0]
    worth.pointer.update(from: numbers + 1, count: groups)
    carry.pointer.update(from: numbers + 1 + groups, count: groups)
    for group in 0..<groups { levels[group] = Int32(numbers[1 + 2 * groups + group]) }
  }

  /// Forgets the plans, whose numbers must not stay: they are part of what campaigns store.
  func clear() {
    multipliers.update(repeating: -1, count: lanes)
    worth.pointer.update(repeating: 0, count: worth.count)
    carry.pointer.update(repeating: 0, count: carry.count)
    levels.update(repeating: 0, count: lanes * groups)
  }

  func copy(from other: PlanMemory) {
    multipliers.update(from: other.multipliers, count: lanes)
    worth.pointer.update(from: other.worth.pointer, count: worth.count)
    carry.pointer.update(from: other.carry.pointer, count: carry.count)
    levels.update(from: other.levels, count: lanes * groups)
  }
}
