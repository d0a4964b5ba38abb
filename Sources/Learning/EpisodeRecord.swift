import Environments

/// The returns of running episodes, and of the last ones that ended.
package struct EpisodeRecord {
  /// Episodes ended so far.
  package private(set) var ended = 0
  private var running: [Double]
  private var recent: [Double] = []
  private let window: Int

  package init(lanes: Int, ended: Int = 0) {
    self.ended = ended
    running = Array(repeating: 0, count: lanes)
    window = max(100, lanes)
    recent.reserveCapacity(window)
  }

  /// The mean return of the last episodes.
  package var meanReturn: Double? { recent.isEmpty ? nil : recent.reduce(0, +) / Double(recent.count) }

  /// Forgets the running episodes, which were cut short to begin new ones.
  mutating func restart() {
    for lane in running.indices { running[lane] = 0 }
  }

  /// Adds a step of every lane.
  package mutating func add(_ step: StepStorage) {
    for lane in running.indices {
      add(reward: Double(step.rewards[lane]), ends: step.hasEnded(lane), lane: lane)
    }
  }

  /// Adds a step of a lane.
  mutating func add(reward: Double, ends: Bool, lane: Int) {
    running[lane] += reward
    guard ends else { return }
    if recent.count < window {
      recent.append(running[lane])
    } else {
      recent[ended % window] = running[lane]
    }
    ended += 1
    running[lane] = 0
  }
}
