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
    func plan(_ beliefs: UnsafePointer<ChannelBelief>, curves: [CurveBeliefs?]) {
      planner.plan(
        tick: console.tick, budget: budget ?? console.remaining[lane], beliefs: beliefs, curves: curves,
        memory: memory, lane: lane)
    }
    guard paused.contains(true) else { return plan(tracker.lane(lane), curves: tracker.curves) }
    plan(
      paused.indices.map { paused[$0] ? tracker.lane(lane)[$0].silenced : tracker.lane(lane)[$0] },
      curves: zip(paused, tracker.curves).map { $0 ? nil : $1 })
  }

  /// Beliefs by channel, then the last plan, of one lane.
  var numbers: [Float] {
    get { tracker.numbers + memory.numbers }
    set {
      let split = tracker.numberCount
      tracker.numbers = Array(newValue[..<split])
      memory.numbers = Array(newValue[split...])
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

  /// Price of money, worths, carry-overs and levels, of one lane.
  var numbers: [Float] {
    get { [multipliers[0]] + worth.elements + carry.elements + (0..<groups).map { Float(levels[$0]) } }
    set {
      precondition(lanes == 1 && newValue.count == 1 + 3 * groups, "The numbers are not of one lane's plan.")
      multipliers[0] = newValue[0]
      for group in 0..<groups {
        worth.pointer[group] = newValue[1 + group]
        carry.pointer[group] = newValue[1 + groups + group]
        levels[group] = Int32(newValue[1 + 2 * groups + group])
      }
    }
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
