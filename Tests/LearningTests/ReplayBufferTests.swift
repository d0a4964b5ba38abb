import Environments
import Learning
import LinearAlgebra
import Testing

/// Plays random episodes into a replay buffer and keeps every row, reward and end beside it, to compute transitions
/// by brute force. A row's only column is the number of rows stored before it.
private final class Recorder {
  struct Step {
    let row: Int
    let action: [Int32]
    let reward: Double
  }
  struct Transition: Equatable {
    let action: [Int32]
    let reward: Double
    let discount: Double
    let next: Int
  }

  let lanes = 5
  let nStep: Int
  let discount = 0.9
  let buffer: ReplayBuffer
  private(set) var transitions: [Int: Transition] = [:]
  private(set) var rowCount = 0
  private var episodes: [[Step]]
  private var current: [Int] = []
  private var stream = RandomStream(seed: 2, purpose: .test)

  init(nStep: Int, capacity: Int, priorityExponent: Float = 0) {
    self.nStep = nStep
    buffer = ReplayBuffer(
      capacity: capacity, lanes: lanes, observationSize: 1, branchCount: 2, nStep: nStep, discount: 0.9,
      priorityExponent: priorityExponent)
    episodes = Array(repeating: [], count: lanes)
  }

  func begin() {
    current = (0..<lanes).map { rowCount + $0 }
    rowCount += lanes
    episodes = Array(repeating: [], count: lanes)
    let rows = Matrix(rows: lanes, columns: 1, current.map { Float($0) })
    buffer.begin(observations: rows.view)
  }

  func step() {
    let step = StepStorage(lanes: lanes, observationSize: 1)
    var actions: [Int32] = []
    for lane in 0..<lanes {
      let action = [Int32(stream.uniform() * 3), Int32(stream.uniform() * 4)]
      actions += action
      step.rewards[lane] = stream.uniform() - 0.5
      step.terminated[lane] = stream.uniform() < 0.15
      step.truncated[lane] = stream.uniform() < 0.15
      step.finalObservations[lane, 0] = -1
      episodes[lane].append(Step(row: current[lane], action: action, reward: Double(step.rewards[lane])))
      // A step that both terminates and truncates counts as terminated.
      if step.truncated[lane] && !step.terminated[lane] {
        step.finalObservations[lane, 0] = Float(rowCount)
        rowCount += 1
      }
    }
    current = (0..<lanes).map { rowCount + $0 }
    rowCount += lanes
    for lane in 0..<lanes {
      step.observations[lane, 0] = Float(current[lane])
      let end =
        step.terminated[lane]
        ? nil : step.truncated[lane] ? Int(step.finalObservations[lane, 0]) : current[lane]
      complete(lane, ended: step.hasEnded(lane), end: end)
      if step.hasEnded(lane) { episodes[lane] = [] }
    }
    buffer.append(actions: actions, step: step)
  }

  /// Every window of the running episode that is known by now, computed from its definition.
  private func complete(_ lane: Int, ended: Bool, end: Int?) {
    let episode = episodes[lane]
    for start in episode.indices {
      let length = min(nStep, episode.count - start)
      guard length == nStep || ended else { continue }
      var sum = 0.0
      var power = 1.0
      for offset in 0..<length {
        sum += power * episode[start + offset].reward
        power *= discount
      }
      let reached = start + length < episode.count ? episode[start + length].row : end
      transitions[episode[start].row] = Transition(
        action: episode[start].action, reward: sum, discount: reached == nil ? 0 : power,
        next: reached ?? episode[start].row)
    }
  }

  /// The transitions whose row has not been overwritten.
  var alive: [Int: Transition] { transitions.filter { $0.key >= rowCount - buffer.capacity } }

  /// Draws transitions and checks each; returns how often each row came.
  func drawAndCheck(_ draws: Int) -> [Int: Int] {
    let batch = ReplayBatch(count: draws, observationSize: 1, branchCount: 2)
    let table = NormalizationTable(
      ObservationNormalizer(identity: 1, limit: .infinity), layout: ObservationLayout(size: 1))
    var stream = RandomStream(seed: 3, purpose: .replay)
    buffer.sample(into: batch, normalizedBy: table, rewardScale: 2, stream: &stream)
    let alive = alive
    var seen: [Int: Int] = [:]
    for draw in 0..<draws {
      let row = Int(batch.observations[draw, 0])
      seen[row, default: 0] += 1
      guard let expected = alive[row] else {
        Issue.record("Row \(row) starts no complete transition.")
        continue
      }
      #expect([batch.actions[2 * draw], batch.actions[2 * draw + 1]] == expected.action)
      #expect(abs(Double(batch.rewards[draw]) - 2 * expected.reward) < 1e-5)
      #expect(abs(Double(batch.discounts[draw]) - expected.discount) < 1e-6)
      #expect(Int(batch.nextObservations[draw, 0]) == expected.next)
    }
    return seen
  }
}

@Suite struct ReplayBufferTests {
  @Test("Windows are those of the definition", arguments: [1, 2, 3, 7])
  func windowsAreThoseOfTheDefinition(nStep: Int) {
    let recorder = Recorder(nStep: nStep, capacity: 2000)
    recorder.begin()
    for step in 1...200 {
      recorder.step()
      // Beginning anew forgets what is open and keeps the rest.
      if step == 120 { recorder.begin() }
    }
    #expect(recorder.rowCount < 2000)
    #expect(recorder.buffer.count == recorder.transitions.count)
    let seen = recorder.drawAndCheck(30_000)
    #expect(Set(seen.keys) == Set(recorder.transitions.keys))
  }

  @Test(
    "A full ring holds the newest rows and nothing half overwritten", arguments: [1, 3, 6],
    [0, 0.6] as [Float])
  func aFullRingHoldsTheNewestRows(nStep: Int, priorityExponent: Float) {
    let recorder = Recorder(nStep: nStep, capacity: 211, priorityExponent: priorityExponent)
    recorder.begin()
    for step in 1...400 {
      recorder.step()
      #expect(recorder.buffer.count == recorder.alive.count)
      if step % 50 == 0 { #expect(Set(recorder.drawAndCheck(5000).keys) == Set(recorder.alive.keys)) }
    }
  }

  /// Rows of 20 columns, which stand apart by more; every number tells the step and the lane it belongs to.
  @Test func pairsAreWhatWasPlayedAndItsCounterfactual() throws {
    let (lanes, width) = (3, 20)
    let buffer = ReplayBuffer(
      capacity: 60, lanes: lanes, observationSize: width, branchCount: 1, discount: 0.5,
      keepsCounterfactuals: true)
    let played = StepStorage(lanes: lanes, observationSize: width, counterfactualBranches: 1)
    let reference = try #require(played.counterfactual)
    reference.actions.fill(2)
    func fill(_ rows: borrowing Matrix, _ base: Int) {
      for lane in 0..<lanes {
        for column in 0..<width { rows[lane, column] = Float(base + lane) + Float(column) / 32 }
      }
    }
    fill(played.observations, 0)
    buffer.begin(observations: played.observations.view)
    for step in 1...30 {
      fill(played.observations, 3 * step)
      fill(reference.observations, 1000 + 3 * step)
      for lane in 0..<lanes {
        played.rewards[lane] = Float(3 * step + lane)
        reference.rewards[lane] = -Float(3 * step + lane)
      }
      buffer.append(actions: [1, 1, 1], step: played)
    }
    let batch = ReplayBatch(count: 40, observationSize: width, branchCount: 1, paired: true)
    var stream = RandomStream(seed: 3, purpose: .replay)
    buffer.sample(
      into: batch,
      normalizedBy: NormalizationTable(
        ObservationNormalizer(identity: width, limit: 1e6), layout: ObservationLayout(size: width)),
      rewardScale: 2, stream: &stream)
    for row in 0..<40 {
      let (start, isOther) = (batch.observations[row - row % 2, 0], row % 2 == 1)
      for column in 0..<width {
        let part = Float(column) / 32
        #expect(batch.observations[row, column] == start + part)
        #expect(batch.nextObservations[row, column] == start + 3 + (isOther ? 1000 : 0) + part)
      }
      #expect(batch.actions[row] == (isOther ? 2 : 1))
      #expect(batch.rewards[row] == 2 * (start + 3) * (isOther ? -1 : 1))
      #expect(batch.discounts[row] == 0.5 && batch.slots[row] == batch.slots[row - row % 2])
    }
  }

  /// False alarm: once in a million seeds.
  @Test func everyTransitionIsEquallyLikely() {
    let recorder = Recorder(nStep: 3, capacity: 211)
    recorder.begin()
    for _ in 1...300 { recorder.step() }
    let draws = 100_000
    let seen = recorder.drawAndCheck(draws)
    let mean = Double(draws) / Double(recorder.buffer.count)
    let chiSquare = recorder.alive.keys.reduce(0.0) { sum, row in
      let gap = Double(seen[row] ?? 0) - mean
      return sum + gap * gap / mean
    }
    #expect(chiSquare < chiSquareLimit(degrees: recorder.buffer.count - 1))
  }
}
