import Foundation
import LinearAlgebra

/// Draws shapes and effects of all channels from what a history leaves possible, by Gibbs sampling.
///
/// In each sweep every channel in turn is drawn given the others: first its shape, with its effect integrated out, then its
/// effect, a normal cut at 0; at last the variance of the noise (Geman and Geman, 1984; the block of shape and effect after
/// George and McCulloch, 1993). All it needs are the products of the cleared columns, so a sweep takes microseconds.
struct EffectSampler {
  private let design: ClearedDesign
  private let prior: EffectPrior
  private let evidence: KnowledgeTerms
  private var variance: Double
  /// By what the prior's deviations are scaled.
  private var scale = 1.0
  private var shapes: [Int]
  private var effects: [Double]
  private var left: [Double]
  private var weights: [Double]
  private var means: [Double]

  /// One state of the chain.
  struct Draw: Sendable {
    /// By channel: the place of its shape.
    let shapes: [Int]
    /// By channel: the most that it can bring in a tick, scaled.
    let effects: [Double]
  }

  init(_ design: ClearedDesign, prior: EffectPrior, evidence: KnowledgeTerms) {
    self.design = design
    self.evidence = evidence
    self.prior = prior
    variance = design.total / Double(max(1, design.design.countedRows))
    shapes = [Int](repeating: 0, count: design.design.candidates.count)
    effects = [Double](repeating: 0, count: design.design.candidates.count)
    left = [Double](repeating: 0, count: design.design.shapeCount)
    weights = left
    means = left
  }

  private var shapeCount: Int { left.count }

  /// Runs a chain: sweeps to forget the start, then a draw every `thinning` sweeps.
  mutating func run(draws: Int, warmup: Int, thinning: Int, stream: inout RandomStream) -> [Draw] {
    shapes = shapes.map { _ in stream.integer(below: shapeCount) }
    var kept: [Draw] = []
    for sweep in 0..<warmup + draws * thinning {
      for channel in shapes.indices { drawChannel(channel, &stream) }
      drawVariance(&stream)
      drawScale(&stream)
      if sweep >= warmup, (sweep - warmup) % thinning == thinning - 1 {
        kept.append(Draw(shapes: shapes, effects: effects))
      }
    }
    return kept
  }

  /// Draws a channel's shape and then its effect, given those of all others.
  private mutating func drawChannel(_ channel: Int, _ stream: inout RandomStream) {
    let (count, width) = (shapeCount, design.targets.count)
    let first = channel * count
    let deviation = scale * prior.deviations[channel]
    let priorPrecision = 1 / (deviation * deviation)
    for shape in 0..<count { left[shape] = design.targets[first + shape] }
    design.products.withUnsafeBufferPointer { products in
      for other in shapes.indices where other != channel {
        let row = (other * count + shapes[other]) * width + first
        let effect = effects[other]
        for shape in 0..<count { left[shape] -= effect * Double(products[row + shape]) }
      }
    }
    // The prior's density of the slab at 0 is 2 / (deviation · √2π); that of the spike is all its chance.
    let odds = prior.chanceOfNothing / (1 - prior.chanceOfNothing)
    let nothing = log(odds * deviation / 2)
    var highest = nothing
    for shape in 0..<count {
      let chance = evidence.logChances[first + shape]
      guard chance > -.infinity else {
        weights[shape] = -.infinity
        continue
      }
      let (precision, location) = conditional(first + shape, left[shape], priorPrecision)
      let root = precision.squareRoot()
      // The integral of the effect's prior and likelihood over all effects of at least 0.
      weights[shape] = chance + log(design.design.means[first + shape] / root) + logOfTail(location * root)
      means[shape] = location
      highest = max(highest, weights[shape])
    }
    var sum = exp(nothing - highest)
    let spike = sum
    for shape in 0..<count {
      weights[shape] = exp(weights[shape] - highest)
      sum += weights[shape]
    }
    var place = sum * Double(stream.uniform())
    guard place >= spike else {
      effects[channel] = 0
      return
    }
    place -= spike
    var chosen = 0
    while chosen < count - 1, place > weights[chosen] || weights[chosen] == 0 {
      place -= weights[chosen]
      chosen += 1
    }
    shapes[channel] = chosen
    let root = conditional(first + chosen, left[chosen], priorPrecision).precision.squareRoot()
    effects[channel] = max(
      0, (means[chosen] * root + standardTail(above: -means[chosen] * root, &stream)) / root)
  }

  /// The normal of an effect, not yet cut at 0, given what the other channels leave of its column's product with the outcome.
  private func conditional(
    _ column: Int, _ left: Double, _ priorPrecision: Double
  ) -> (precision: Double, location: Double) {
    let mean = design.design.means[column]
    let square = Double(design.products[column * (design.targets.count + 1)])
    let precision = square / variance + mean * mean * priorPrecision + evidence.precisions[column]
    return (precision, (left / variance + evidence.shifts[column]) / precision)
  }

  /// Draws the variance of the noise, given all else.
  private mutating func drawVariance(_ stream: inout RandomStream) {
    let width = design.targets.count
    let columns = shapes.indices.map { $0 * shapeCount + shapes[$0] }
    var squares = design.total
    for (column, effect) in zip(columns, effects) {
      let fitted = zip(columns, effects).reduce(0) {
        $0 + Double(design.products[column * width + $1.0]) * $1.1
      }
      squares += effect * (fitted - 2 * design.targets[column])
    }
    variance =
      max(squares, 1e-9 * design.total) / chiSquare(Double(max(4, design.design.countedRows - 1)), &stream)
  }

  /// Draws how large effects are by and large, given all of them: what channels have in common.
  private mutating func drawScale(_ stream: inout RandomStream) {
    let belief = 4.0
    let active = shapes.indices.filter { effects[$0] > 0 }
    let squares = active.reduce(belief) { sum, channel in
      let share = effects[channel] * design.design.means[channel * shapeCount + shapes[channel]]
      return sum + share * share / (prior.deviations[channel] * prior.deviations[channel])
    }
    scale = (squares / chiSquare(belief + Double(active.count), &stream)).squareRoot()
  }
}

/// χ² of some degrees of freedom by the cube of a normal (Wilson and Hilferty, 1931).
private func chiSquare(_ freedom: Double, _ stream: inout RandomStream) -> Double {
  let part = 2 / (9 * freedom)
  let root = 1 - part + Double(stream.normal()) * part.squareRoot()
  return freedom * max(root * root * root, 1e-3)
}

/// log(e^(x²/2) · Φ(x)), without overflow.
private func logOfTail(_ x: Double) -> Double {
  guard x > -8 else { return -log(-x * (2 * Double.pi).squareRoot()) - log1p(1 / (x * x)) }
  return 0.5 * x * x + log(0.5 * erfc(-x / 2.0.squareRoot()))
}

/// A standard normal given that it lies above a bound (Robert, 1995).
private func standardTail(above bound: Double, _ stream: inout RandomStream) -> Double {
  guard bound > 0.5 else {
    while true {
      let draw = Double(stream.normal())
      if draw >= bound { return draw }
    }
  }
  let rate = 0.5 * (bound + (bound * bound + 4).squareRoot())
  while true {
    let draw = bound - log(Double(stream.uniform())) / rate
    if Double(stream.uniform()) <= exp(-0.5 * (draw - rate) * (draw - rate)) { return draw }
  }
}
