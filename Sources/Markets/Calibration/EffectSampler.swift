import Foundation
import LinearAlgebra

/// Draws shapes and effects of all channels from what a history leaves possible, by Gibbs sampling.
///
/// In each sweep every channel in turn is drawn given the others: first its shape, with its effect integrated out, then its
/// effect, a normal cut at 0; at last the variance of the noise (Geman and Geman, 1984; the block of shape and effect after
/// George and McCulloch, 1993). All it needs are the products of the cleared columns, so a sweep takes microseconds.
struct EffectSampler {
  private let design: MediaDesign
  private let prior: EffectPrior
  private let targets: [Double]
  private let total: Double
  private var variance: Double
  /// By what the prior's deviations are scaled.
  private var scale = 1.0
  private var shapes: [Int]
  private var effects: [Double]
  private var weights: [Double]
  private var means: [Double]

  /// One state of the chain.
  struct Draw: Sendable {
    /// By channel: the place of its shape.
    let shapes: [Int]
    /// By channel: the most that it can bring in a tick, scaled.
    let effects: [Double]
  }

  init(_ design: MediaDesign, prior: EffectPrior, target: (products: [Double], total: Double)) {
    self.design = design
    self.prior = prior
    targets = target.products
    total = target.total
    variance = target.total / Double(design.rows)
    shapes = [Int](repeating: 0, count: design.channelCount)
    effects = [Double](repeating: 0, count: design.channelCount)
    weights = [Double](repeating: 0, count: design.shapes.count)
    means = weights
  }

  /// Runs a chain: sweeps to forget the start, then a draw every `thinning` sweeps.
  mutating func run(draws: Int, warmup: Int, thinning: Int, stream: inout RandomStream) -> [Draw] {
    shapes = shapes.map { _ in stream.integer(below: design.shapes.count) }
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
    let (count, width) = (design.shapes.count, design.columnCount)
    let deviation = scale * prior.deviations[channel]
    let priorPrecision = 1 / (deviation * deviation)
    var highest = -Double.infinity
    design.products.withUnsafeBufferPointer { products in
      for shape in 0..<count {
        let column = channel * count + shape
        let row = column * width
        var left = targets[column]
        for other in 0..<shapes.count where other != channel {
          left -= products[row + other * count + shapes[other]] * effects[other]
        }
        let mean = design.means[column]
        let precision = products[row + column] / variance + mean * mean * priorPrecision
        let location = left / variance / precision
        let root = precision.squareRoot()
        // The integral of the effect's prior and likelihood over all effects of at least 0.
        weights[shape] = log(mean / root) + logOfTail(location * root) + prior.shapeLogs[shape]
        means[shape] = location
        highest = max(highest, weights[shape])
      }
    }
    var sum = 0.0
    for shape in 0..<count {
      weights[shape] = exp(weights[shape] - highest)
      sum += weights[shape]
    }
    var place = sum * Double(stream.uniform())
    var chosen = 0
    while chosen < count - 1, place > weights[chosen] {
      place -= weights[chosen]
      chosen += 1
    }
    shapes[channel] = chosen
    let column = channel * count + chosen
    let mean = design.means[column]
    let precision =
      design.products[column * width + column] / variance + mean * mean * priorPrecision
    let root = precision.squareRoot()
    effects[channel] = max(
      0, (means[chosen] * root + standardTail(above: -means[chosen] * root, &stream)) / root)
  }

  /// Draws the variance of the noise, given all else.
  private mutating func drawVariance(_ stream: inout RandomStream) {
    let (count, width) = (design.shapes.count, design.columnCount)
    var squares = total
    for (channel, shape) in shapes.enumerated() {
      let column = channel * count + shape
      var fitted = 0.0
      for (other, otherShape) in shapes.enumerated() {
        fitted += design.products[column * width + other * count + otherShape] * effects[other]
      }
      squares += effects[channel] * (fitted - 2 * targets[column])
    }
    variance =
      max(squares, 1e-9 * total) / chiSquare(Double(max(4, design.rows - design.baselineCount)), &stream)
  }

  /// Draws how large effects are by and large, given all of them: what channels have in common.
  private mutating func drawScale(_ stream: inout RandomStream) {
    let belief = 4.0
    let squares = shapes.indices.reduce(belief) { sum, channel in
      let share = effects[channel] * design.means[channel * design.shapes.count + shapes[channel]]
      return sum + share * share / (prior.deviations[channel] * prior.deviations[channel])
    }
    scale = (squares / chiSquare(belief + Double(shapes.count), &stream)).squareRoot()
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
