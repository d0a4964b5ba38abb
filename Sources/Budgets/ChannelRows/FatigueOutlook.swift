import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What an auction channel's wins of a tick take of its later gains: the costate of its audience's fatigue (Pontryagin's principle)
/// to first order, where the channel goes on winning the share of auctions that it won of late.
///
/// That share is read from the exposure that the audience carries. At the start of an episode nothing is carried: half of what
/// a level wins counts for two average ticks more, the mean over all shares up to its own.
final class FatigueOutlook {
  /// The average ticks for which the tick's own level counts in the share that is won.
  private static let ownTicks: Float = 2

  private let strength: Float
  /// The exposure of winning every auction of an average tick.
  private let exposure: Float
  /// Four numbers × ticks. The traffic of the ticks before and after one, less what is forgotten of exposure on the way to it and from
  /// it; what is left at the ticks after of exposure then, the mean weighed as that traffic; and the traffic whose wins are added by then.
  private let ticks: Matrix

  /// Nil where the audience does not tire.
  ///
  /// - Parameter season: ticks: traffic, in average ticks.
  init?(_ model: ChannelModel, season: [Float]) {
    guard let auction = model.auction, auction.fatigueStrength > 0, auction.inverseReach > 0 else {
      return nil
    }
    strength = auction.fatigueStrength
    exposure = auction.volume * auction.inverseReach
    ticks = Matrix(rows: 4, columns: season.count)
    let retention = model.retention
    var past: Float = 0
    for tick in season.indices {
      ticks[0, tick] = past
      past = retention * past + season[tick]
      var (weight, new): (Float, Float) = (1, season[tick])
      var (sum, sumLeft, sumNew): (Float, Float, Float) = (0, 0, 0)
      for later in season[(tick + 1)...] {
        sum += weight * later
        sumLeft += weight * later * (retention * weight)
        sumNew += weight * later * new
        weight *= retention
        new = retention * new + later
      }
      ticks[1, tick] = sum
      ticks[2, tick] = sum > 0 ? sumLeft / sum : 0
      ticks[3, tick] = sum > 0 ? sumNew / sum : 0
    }
  }

  /// Writes what levels are worth less for what they take of later gains, in gains of average ticks all of whose auctions are won.
  ///
  /// - Parameters:
  ///   - won: levels: the share of the tick's auctions that is won.
  ///   - tick: the tick.
  ///   - traffic: the tick's auctions, in those of an average one.
  ///   - volume: the auctions of an average tick, in those of the calibration.
  ///   - carried: the audience's exposure.
  ///   - worths: levels: at most 0.
  func write(
    won: UnsafePointer<Float>, levels: Int, tick: Int, traffic: Float, volume: Float, carried: Float,
    into worths: UnsafeMutablePointer<Float>
  ) {
    let exposure = exposure * volume
    let (before, after, kept, added) = (ticks[0, tick], ticks[1, tick], ticks[2, tick], ticks[3, tick])
    // With a share w of the tick won, a + b w is the share that is won of late.
    let a = carried / (exposure * (before + Self.ownTicks))
    let b = 0.5 * Self.ownTicks / (before + Self.ownTicks)
    let push = strength * added * exposure
    let unit = -traffic * volume * strength * exposure * after * exp(-strength * kept * carried - push * a)
    for level in 0..<levels {
      let tiring = push * b * won[level]
      // e^-tiring, which is small.
      worths[level] = unit * won[level] * (a + b * won[level]) / (1 + tiring + 0.5 * tiring * tiring)
    }
  }
}
