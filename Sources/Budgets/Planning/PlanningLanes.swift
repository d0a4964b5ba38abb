import LinearAlgebra

/// Beliefs and plans of a block of lanes: all that certainty-equivalent control keeps between two ticks.
final class PlanningLanes {
  let planner: LagrangianPlanner
  let tracker: BeliefTracker
  private let memory: PlanMemory

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
  func plan(_ simulation: MarketSimulation, lane: Int, budget: Float? = nil) {
    planner.plan(
      tick: simulation.tick, budget: budget ?? simulation.remaining[lane], beliefs: tracker.lane(lane),
      memory: memory, lane: lane)
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

  func clear() { multipliers.update(repeating: -1, count: lanes) }

  func copy(from other: PlanMemory) {
    multipliers.update(from: other.multipliers, count: lanes)
    worth.pointer.update(from: other.worth.pointer, count: worth.count)
    carry.pointer.update(from: other.carry.pointer, count: carry.count)
    levels.update(from: other.levels, count: lanes * groups)
  }
}
