import Foundation
import LinearAlgebra

/// The shapes that are tried for a channel, and how likely each is before the outcome is seen.
///
/// The first ones are points of Halton's sequence (1960), which fills the space of shapes more evenly than chance and more finely
/// in each direction than a grid of as many points. Where a history tells much of a channel, the plausible shapes lie between a few
/// of them, and draws from those few are surer of themselves than the history is. So later ones gather where draws have been,
/// each counting as much as it stands for: adaptive importance sampling (Cappé, Guillin, Marin and Robert, 2004).
struct ShapeCandidates: Sendable {
  let shapes: [ResponseShape]
  /// The logarithm of the chance of each; the chances sum to 1.
  let logChances: [Double]
  private let points: [SIMD4<Double>]
  private let family: MediaMixOptions.AdstockFamily
  private let ticksPerWeek: Double

  /// Shapes spread evenly.
  init(_ family: MediaMixOptions.AdstockFamily, spacing: MediaHistory.Spacing, count: Int = 240) {
    self.init(
      points: evenPoints(count), logWeights: [Double](repeating: 0, count: count), family: family,
      ticksPerWeek: spacing.ticksPerWeek)
  }

  private init(
    points: [SIMD4<Double>], logWeights: [Double], family: MediaMixOptions.AdstockFamily, ticksPerWeek: Double
  ) {
    (self.points, self.family, self.ticksPerWeek) = (points, family, ticksPerWeek)
    shapes = points.map { ResponseShape(at: $0, family: family, ticksPerWeek: ticksPerWeek) }
    let highest = logWeights.max() ?? 0
    let sum = log(logWeights.reduce(0) { $0 + exp($1 - highest) }) + highest
    logChances = logWeights.map { $0 - sum }
  }

  /// As many shapes, half of them spread evenly, half strewn around plausible ones.
  ///
  /// - Parameters:
  ///   - plausible: places of shapes that were drawn, as often as they were.
  ///   - width: how far shapes are strewn at least, as a share of the space in each direction.
  func refined(around plausible: [Int], width: Double, _ stream: inout RandomStream) -> ShapeCandidates {
    let centres = plausible.map { points[$0] }
    guard centres.count >= 8 else { return self }
    let count = Double(centres.count)
    let mean = centres.reduce(.zero, +) / count
    let variance = centres.reduce(SIMD4<Double>.zero) { $0 + ($1 - mean) * ($1 - mean) } / count
    let widths = (0.6 * variance.squareRoot()).clamped(
      lowerBound: SIMD4(repeating: width), upperBound: SIMD4(repeating: 0.3))
    let even = points.count / 2
    let strewn = (even..<points.count).map { _ in
      var point = centres[stream.integer(below: centres.count)]
      for axis in 0..<4 { point[axis] = mirrored(point[axis] + widths[axis] * Double(stream.normal())) }
      return point
    }
    let all = evenPoints(even) + strewn
    // The prior's density is 1, that of the candidates the mean of both halves'.
    let logWeights = all.map { point in -log(0.5 + 0.5 * density(point, centres: centres, widths: widths)) }
    return ShapeCandidates(
      points: all, logWeights: logWeights, family: family, ticksPerWeek: ticksPerWeek)
  }
}

/// The density at a point of normals around centres, mirrored at the faces of the unit cube.
private func density(_ point: SIMD4<Double>, centres: [SIMD4<Double>], widths: SIMD4<Double>) -> Double {
  let scale = (0..<4).reduce(1.0) { $0 * widths[$1] * (2 * Double.pi).squareRoot() }
  var sum = 0.0
  for centre in centres {
    var product = 1.0
    for axis in 0..<4 {
      func bell(_ place: Double) -> Double {
        let distance = (place - centre[axis]) / widths[axis]
        return exp(-0.5 * distance * distance)
      }
      product *= bell(point[axis]) + bell(-point[axis]) + bell(2 - point[axis])
    }
    sum += product
  }
  return sum / (scale * Double(centres.count))
}

/// A number brought into 0…1 by mirrors at both ends.
private func mirrored(_ number: Double) -> Double {
  let rest = abs(number).truncatingRemainder(dividingBy: 2)
  return rest > 1 ? 2 - rest : rest
}

/// Points of Halton's sequence in the unit cube.
private func evenPoints(_ count: Int) -> [SIMD4<Double>] {
  (1...count).map {
    SIMD4(halton($0, base: 2), halton($0, base: 3), halton($0, base: 5), halton($0, base: 7))
  }
}

/// A place of Halton's sequence: the digits of its number in a prime base, mirrored behind the point.
private func halton(_ place: Int, base: Int) -> Double {
  var (rest, share, sum) = (place, 1.0, 0.0)
  while rest > 0 {
    share /= Double(base)
    sum += share * Double(rest % base)
    rest /= base
  }
  return sum
}
