import Environments
import LinearAlgebra

/// Rewards from one row to another in the replay; what of a transition is read together stands together.
struct ReplayWindow {
  /// The slot of the row the transition leads to, or -1 where no complete transition starts.
  var next: Int32
  /// The discounted sum of the rewards, raw.
  var reward: Float
  /// What the value of the row the transition leads to is multiplied with.
  var discount: Float
}

/// A ring of n-step transitions in flat arrays, filled by whole steps of all lanes.
///
/// Every observation row is stored once: a transition is the slot of the row it starts from, and points to the slot
/// of the row it leads to. The transition at step t is (o_t, a_t, R, γ, o_{t+m}) with R = Σ_{k<m} γ^k r_{t+k} and
/// m = n, or fewer steps where the episode ended before: windows never cross episodes, and an episode's last windows
/// are stored too, with the discount of their own length. A truncated episode bootstraps from its final observation,
/// which takes a slot of its own; a terminated one has discount 0 (Sutton and Barto, 2018, chapter 7).
public final class ReplayBuffer {
  /// The number of slots; the oldest row makes room for the newest.
  public let capacity: Int
  /// The number of lanes that step together.
  public let lanes: Int
  /// The length of an observation row.
  public let observationSize: Int
  /// The number of choices of an action.
  public let branchCount: Int
  /// The most rewards of a window.
  public let nStep: Int
  /// The discount of one step.
  package let discount: Float
  /// The number of complete transitions: what can be sampled.
  public private(set) var count = 0

  /// Capacity × observation size, raw, rows `rowStride` floats apart.
  let observations: Buffer<Float>
  /// The distance between two rows: whole cache lines, but for rows of less than one.
  let rowStride: Int
  /// Capacity × branches.
  let actions: Buffer<Int32>
  /// Capacity: the windows that start at the slots.
  let windows: Buffer<ReplayWindow>

  /// What reference actions would have led to from the rows of the slots; nil where that is not kept.
  let counterfactuals: ReplayedCounterfactuals?
  /// How likely transitions are to be sampled; nil where all are alike.
  let priorities: (any ReplayPriorities)?

  private let powers: [Float]
  /// The slot of lane 0 at each of the last n + 1 steps, by step modulo n + 1; the other lanes follow it.
  private let bases: Buffer<Int>
  /// How many windows are open in each lane.
  private let open: Buffer<Int>
  /// The slot of each lane's final observation, where the last step truncated.
  private let finals: Buffer<Int32>
  private var step = 0
  private var head = 0
  private var filled = 0

  /// Creates an empty ring; memory is claimed as it fills.
  ///
  /// - Parameters:
  ///   - capacity: slots, one per step of a lane; at least four times the rows of `nStep + 2` steps of all lanes.
  ///   - nStep: the most rewards of a window, at least 1.
  ///   - discount: γ of one step, in 0…1.
  ///   - priorityExponent: α, how much errors decide what is sampled; at 0 all transitions are alike.
  ///   - prioritization: what of their errors decides.
  ///   - keepsCounterfactuals: whether transitions are pairs with what a reference action would have led to; then windows
  ///     have one step.
  public init(
    capacity: Int, lanes: Int, observationSize: Int, branchCount: Int, nStep: Int = 1, discount: Float = 0.99,
    priorityExponent: Float = 0, prioritization: Prioritization = .proportional,
    keepsCounterfactuals: Bool = false
  ) {
    precondition(priorityExponent >= 0, "Priorities need an exponent of at least 0, not \(priorityExponent).")
    precondition(!keepsCounterfactuals || nStep == 1, "Counterfactuals look one step ahead, not \(nStep).")
    precondition(nStep >= 1, "A window needs at least one step, not \(nStep).")
    precondition(discount >= 0 && discount <= 1, "A discount lies in 0…1, not at \(discount).")
    precondition(
      capacity >= Self.minimumCapacity(lanes: lanes, nStep: nStep) && capacity <= Int(Int32.max),
      "\(lanes) lanes with windows of \(nStep) steps need a replay capacity of at least "
        + "\(Self.minimumCapacity(lanes: lanes, nStep: nStep)), not \(capacity).")
    self.capacity = capacity
    self.lanes = lanes
    self.observationSize = observationSize
    self.branchCount = branchCount
    self.nStep = nStep
    self.discount = discount
    powers = (0..<nStep).reduce(into: [1]) { powers, _ in powers.append(powers[powers.count - 1] * discount) }
    rowStride =
      observationSize < Self.cacheLine
      ? observationSize
      : (observationSize + Self.cacheLine - 1) / Self.cacheLine * Self.cacheLine
    observations = Buffer(unfilled: capacity * rowStride)
    actions = Buffer(unfilled: capacity * branchCount)
    counterfactuals =
      keepsCounterfactuals
      ? ReplayedCounterfactuals(
        capacity: capacity, observationSize: observationSize, branchCount: branchCount) : nil
    switch prioritization {
    case _ where priorityExponent == 0: priorities = nil
    case .proportional: priorities = ProportionalPriorities(capacity: capacity, exponent: priorityExponent)
    case .rank: priorities = RankPriorities(capacity: capacity, exponent: priorityExponent)
    }
    windows = Buffer(unfilled: capacity)
    bases = Buffer(repeating: 0, count: nStep + 1)
    open = Buffer(repeating: 0, count: lanes)
    finals = Buffer(repeating: -1, count: lanes)
  }

  /// Floats per cache line.
  private static let cacheLine = 16

  /// The fewest slots with which no open window can be overwritten.
  package static func minimumCapacity(lanes: Int, nStep: Int) -> Int { 4 * lanes * (nStep + 2) }

  /// Stores the rows every lane acts on first, lanes × observation size; open windows are forgotten.
  public func begin(observations rows: MatrixView) {
    open.pointer.update(repeating: 0, count: lanes)
    storeStart(rows)
  }

  /// Stores what one step of every lane led to.
  ///
  /// - Parameters:
  ///   - chosen: lanes × branches: the actions played on the rows stored last.
  ///   - result: the step's rewards and ends, and the rows to act on next.
  public func append(actions chosen: Span<Int32>, step result: StepStorage) {
    precondition(
      chosen.count == lanes * branchCount && result.lanes == lanes,
      "A step of \(lanes) lanes has \(lanes) × \(branchCount) choices, not \(chosen.count).")
    append(actions: chosen.kernelPointer, step: result)
  }

  /// Stores what one step of every lane led to; see the function above.
  package func append(actions chosen: UnsafePointer<Int32>, step result: StepStorage) {
    let newest = step
    for lane in 0..<lanes {
      let slot = self.slot(step: newest, lane: lane)
      (actions.pointer + slot * branchCount).update(from: chosen + lane * branchCount, count: branchCount)
      windows.pointer[slot].reward = 0
      if let counterfactual = result.counterfactual {
        counterfactuals?.store(counterfactual, lane: lane, slot: slot)
      }
      open.pointer[lane] += 1
      if result.truncated[lane] && !result.terminated[lane] {
        let final = claim()
        finals.pointer[lane] = Int32(final)
        (observations.pointer + final * rowStride).update(
          from: result.finalObservations.view.row(lane), count: observationSize)
      }
    }
    step += 1
    storeStart(result.observations.view)
    for lane in 0..<lanes { extendWindows(of: lane, newest: newest, result: result) }
  }

  /// The slot of a lane's row at one of the last n + 1 steps.
  private func slot(step: Int, lane: Int) -> Int {
    let slot = bases.pointer[step % (nStep + 1)] + lane
    return slot < capacity ? slot : slot - capacity
  }

  /// Takes the oldest slot for a new row; what started there is gone.
  private func claim() -> Int {
    let slot = head
    if filled < capacity {
      filled += 1
    } else if windows.pointer[slot].next >= 0 {
      count -= 1
      priorities?.forget(slot)
    }
    windows.pointer[slot].next = -1
    head = slot + 1 < capacity ? slot + 1 : 0
    return slot
  }

  /// Stores the rows that the lanes act on at `step`.
  private func storeStart(_ rows: MatrixView) {
    assert(rows.rows == lanes && rows.columns == observationSize)
    bases.pointer[step % (nStep + 1)] = head
    for lane in 0..<lanes {
      (observations.pointer + claim() * rowStride).update(from: rows.row(lane), count: observationSize)
    }
  }

  /// Adds a lane's newest reward to its open windows and completes those that are full or whose episode ended.
  private func extendWindows(of lane: Int, newest: Int, result: StepStorage) {
    let reward = result.rewards[lane]
    let ages = open.pointer[lane]
    for age in 0..<ages {
      windows.pointer[slot(step: newest - age, lane: lane)].reward += powers[age] * reward
    }
    if result.hasEnded(lane) {
      for age in 0..<ages {
        let start = slot(step: newest - age, lane: lane)
        windows.pointer[start].discount = result.terminated[lane] ? 0 : powers[age + 1]
        windows.pointer[start].next = result.terminated[lane] ? Int32(start) : finals.pointer[lane]
        priorities?.admit(start)
      }
      count += ages
      open.pointer[lane] = 0
    } else if ages == nStep {
      let start = slot(step: newest - (nStep - 1), lane: lane)
      windows.pointer[start].discount = powers[nStep]
      windows.pointer[start].next = Int32(slot(step: newest + 1, lane: lane))
      priorities?.admit(start)
      count += 1
      open.pointer[lane] = nStep - 1
    }
  }

  /// Draws the slots of complete transitions with replacement: by their priorities, or else uniformly, by rejection of
  /// slots that hold none.
  func draw(into slots: UnsafeMutablePointer<Int32>, count draws: Int, stream: inout RandomStream) {
    precondition(count > 0, "Nothing can be sampled before the first complete transition.")
    if let priorities { return priorities.draw(into: slots, count: draws, stream: &stream) }
    var drawn = 0
    while drawn < draws {
      // Words first and slots in their place: so many loads from all over the ring are on their way at once.
      (slots + drawn).withMemoryRebound(to: UInt32.self, capacity: draws - drawn) {
        stream.fill($0, count: draws - drawn)
      }
      for word in drawn..<draws {
        let slot = Int((UInt64(UInt32(bitPattern: slots[word])) &* UInt64(filled)) >> 32)
        slots[drawn] = Int32(truncatingIfNeeded: slot)
        drawn += windows.pointer[slot].next >= 0 ? 1 : 0
      }
    }
  }
}
