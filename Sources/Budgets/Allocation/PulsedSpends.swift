extension SpendProblem {
  /// Spends improved by whole moves between two ticks of a channel, which the slopes of an S-shaped curve do not see.
  ///
  /// Where a curve is convex at first, money is worth more together than spread: each pair of ticks is tried with all the
  /// money of one in the other, as far as the limits allow, until no move gains or five rounds are done.
  func pulsed(_ spends: [[Double]]) -> [[Double]] {
    var spends = spends
    for channel in channels.indices where channels[channel].curve.inflection > 0 {
      let limits = channels[channel].tickLimits
      var value = value(channel: channel, spends: spends[channel])
      var moved = true
      for _ in 0..<5 where moved {
        moved = false
        for giver in 0..<ticks {
          for receiver in 0..<ticks where receiver != giver {
            let others = spends.reduce(0) { $0 + $1[receiver] }
            let amount = min(
              spends[channel][giver] - limits[giver].lowerBound,
              limits[receiver].upperBound - spends[channel][receiver],
              (tickCap ?? .infinity) - others)
            guard amount > 0 else { continue }
            var tried = spends[channel]
            tried[giver] -= amount
            tried[receiver] += amount
            let gained = self.value(channel: channel, spends: tried)
            guard gained > value * (1 + 1e-9) else { continue }
            spends[channel] = tried
            value = gained
            moved = true
          }
        }
      }
    }
    return spends
  }
}
