/// How a weakly coupled policy departs from what its network says, with money for a share of everything: by step, the last number
/// standing for any later step.
///
/// *Optimism* κ multiplies a channel's gains by e^(κ · deviation · time left), so that doubt counts for a channel while there is
/// time to use the answer (Lai and Robbins, 1985). *Information* γ adds to a level γ · (price of money · money left / channels) ·
/// √(variance that its observations are expected to take out of what lasts of the channel's log rate): what a deviation of news
/// is worth, as a part of a channel's share of all that is still to be gained. The first observations of a channel
/// count most, so it buys a few of each where optimism buys many of some.
public struct PlaySchedule: Sendable, Equatable {
  /// The logarithm of the money left over what the highest levels of all channels are forecast to cost to the end.
  package var logShare: Float
  /// By step: what is added to the log price of money that is found, so that the price is a martingale.
  package var priceOffsets: [Float]
  /// κ by step, at least 0.
  package var optimism: [Float]
  /// γ by step, at least 0.
  package var information: [Float]

  /// Numbers by step, one or more of each kind.
  package init(
    logShare: Float = 0, priceOffsets: [Float] = [0], optimism: [Float] = [0], information: [Float] = [0]
  ) {
    precondition(
      !priceOffsets.isEmpty && !optimism.isEmpty && !information.isEmpty
        && (optimism + information).allSatisfy { $0 >= 0 },
      "A schedule needs a price offset, and a κ and a γ of at least 0, for a step or more.")
    self.logShare = logShare
    self.priceOffsets = priceOffsets
    self.optimism = optimism
    self.information = information
  }

  func at(_ step: Int) -> PlayedStep {
    PlayedStep(
      priceOffset: priceOffsets[min(step, priceOffsets.count - 1)],
      optimism: optimism[min(step, optimism.count - 1)],
      information: information[min(step, information.count - 1)])
  }
}

/// What of the schedules counts in one step of one lane.
struct PlayedStep {
  var priceOffset, optimism, information: Float

  func mixed(with other: PlayedStep, share: Float) -> PlayedStep {
    PlayedStep(
      priceOffset: priceOffset + share * (other.priceOffset - priceOffset),
      optimism: optimism + share * (other.optimism - optimism),
      information: information + share * (other.information - information))
  }
}

extension WeaklyCoupledPolicy {
  /// What counts in a step with money for a share of everything: straight between the schedules on either side.
  func played(step: Int, logShare: Float) -> PlayedStep {
    guard let above = schedules.firstIndex(where: { $0.logShare >= logShare }) else {
      return schedules[schedules.count - 1].at(step)
    }
    guard above > 0 else { return schedules[0].at(step) }
    let (low, high) = (schedules[above - 1], schedules[above])
    let share = (logShare - low.logShare) / (high.logShare - low.logShare)
    return low.at(step).mixed(with: high.at(step), share: share)
  }
}
