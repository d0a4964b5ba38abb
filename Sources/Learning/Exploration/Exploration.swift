import LinearAlgebra
import NeuralNetworks

/// ε-greedy exploration, branch by branch.
///
/// In every lane each branch is disturbed on its own, with probability ε: a joint action of many branches then keeps
/// most of what the policy would do, and credit can be told apart. A disturbed branch takes any of its choices with
/// equal chance, or, where a width is given, any choice at most `width` levels away from the policy's: right for
/// ladders of bids, where far levels are never good. Choices that a state forbids are never taken, and under a spend cap
/// disturbances that cost more than the policy's choices are undone, from a random branch on, until the action is within
/// the budget again.
///
/// Where there is persistence, a disturbance lasts: its choice is held for n steps, n from the zeta law, so that most last
/// a step or two and a few as long as an episode (εz-greedy; Dabney, Ostrovski and Barreto, "Temporally-Extended
/// ε-Greedy Exploration", 2021). That reaches what a walk of single random steps never does, like the top of a valley.
package struct Exploration: Sendable, Equatable {
  /// The number of choices of each branch.
  package let branchSizes: [Int]
  /// How many levels a disturbed branch may leave the policy's choice; nil for any choice.
  package let width: Int?
  /// The exponent of the zeta law of how many steps a disturbance lasts; nil for one step.
  package let persistence: Float?

  /// Describes exploration for branches of these sizes.
  package init(branchSizes: [Int], width: Int? = nil, persistence: Float? = nil) {
    precondition(width ?? 1 > 0, "Exploration needs a width of at least 1, not \(width ?? 0).")
    precondition(persistence ?? 2 > 1, "Persistence needs an exponent above 1, not \(persistence ?? 0).")
    self.branchSizes = branchSizes
    self.width = width
    self.persistence = persistence
  }

  /// Disturbs the actions of all lanes (lanes × branches) in place.
  ///
  /// - Parameters:
  ///   - mask: lanes × choice count, above 0 where a choice is allowed; nil allows all.
  ///   - limits: costs and budgets of as many lanes; nil where no cap limits actions.
  ///   - held: what lasts from earlier steps of the same lanes; only rules with persistence look at it.
  package func disturb(
    _ actions: UnsafeMutablePointer<Int32>, lanes: Int, epsilon: Float, mask: MatrixView? = nil,
    limits: SpendLimits? = nil, held: HeldChoices? = nil, stream: inout RandomStream
  ) {
    guard epsilon > 0 else { return }
    precondition(persistence == nil || held != nil, "Disturbances that last need what they hold.")
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: branchSizes.count) { former in
      guard let former = former.baseAddress else { return }
      for lane in 0..<lanes {
        let action = actions + lane * branchSizes.count
        former.update(from: action, count: branchSizes.count)
        disturb(
          action, epsilon: epsilon, mask: mask.map { UnsafePointer($0.row(lane)) },
          held: persistence == nil ? nil : held?.row(lane), stream: &stream)
        if let limits {
          keepWithinBudget(
            action, former: former, costs: limits.costs.row(lane), budget: Double(limits.budgets[lane, 0]),
            stream: &stream)
        }
      }
    }
  }

  /// Disturbs one action.
  @inline(__always) private func disturb(
    _ action: UnsafeMutablePointer<Int32>, epsilon: Float, mask: UnsafePointer<Float>?,
    held: UnsafeMutablePointer<HeldChoices.Choice>?, stream: inout RandomStream
  ) {
    branchSizes.withUnsafeBufferPointer { sizes in
      var start = 0
      for branch in 0..<sizes.count {
        defer { start += sizes[branch] }
        if let choice = held?[branch].next(), mask.map({ $0[start + Int(choice)] > 0 }) ?? true {
          action[branch] = choice
          continue
        }
        guard stream.uniform() < epsilon else { continue }
        var lowest = 0
        var highest = sizes[branch] - 1
        if let width {
          let center = Int(action[branch])
          lowest = max(lowest, center - width)
          highest = min(highest, center + width)
        }
        action[branch] = Self.draw(lowest...highest, mask: mask.map { $0 + start }, stream: &stream)
        guard let held, let persistence else { continue }
        held[branch] = .init(level: action[branch], steps: Int32(stream.zeta(exponent: persistence) - 1))
      }
    }
  }

  /// Undoes disturbances that cost more, from a random branch on, until the action is within the budget or they all are.
  private func keepWithinBudget(
    _ action: UnsafeMutablePointer<Int32>, former: UnsafePointer<Int32>, costs: UnsafePointer<Float>,
    budget: Double, stream: inout RandomStream
  ) {
    branchSizes.withUnsafeBufferPointer { sizes in
      var (cost, start) = (0.0, 0)
      for branch in 0..<sizes.count {
        cost += Double(costs[start + Int(action[branch])])
        start += sizes[branch]
      }
      guard cost > budget else { return }
      let first = Self.below(sizes.count, &stream)
      // Once around from the first branch, the branches before it being passed over in the first round.
      for round in 0..<2 {
        start = 0
        for branch in 0..<sizes.count {
          defer { start += sizes[branch] }
          guard (branch >= first) == (round == 0) else { continue }
          let excess =
            Double(costs[start + Int(action[branch])]) - Double(costs[start + Int(former[branch])])
          guard excess > 0 else { continue }
          action[branch] = former[branch]
          cost -= excess
          if cost <= budget { return }
        }
      }
    }
  }

  /// Any allowed choice of a range; the chances of two differ by at most (number of choices) / 2^32 of themselves.
  private static func draw(
    _ range: ClosedRange<Int>, mask: UnsafePointer<Float>?, stream: inout RandomStream
  ) -> Int32 {
    guard let mask else { return Int32(range.lowerBound + below(range.count, &stream)) }
    var count = 0
    for choice in range where mask[choice] > 0 { count += 1 }
    precondition(count > 0, "A mask must allow at least one choice of every branch.")
    var rank = below(count, &stream)
    for choice in range where mask[choice] > 0 {
      if rank == 0 { return Int32(choice) }
      rank -= 1
    }
    fatalError("A rank below the number of allowed choices belongs to one of them.")
  }

  @inline(__always) private static func below(_ count: Int, _ stream: inout RandomStream) -> Int {
    Int((UInt64(stream.nextWord()) &* UInt64(count)) >> 32)
  }
}
