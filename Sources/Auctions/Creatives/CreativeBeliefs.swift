import Foundation
import LinearAlgebra

/// What is believed of the effects of creatives: by how much each multiplies the predicted click rate in each segment.
///
/// An effect has a Gamma prior of mean 1; clicks given it are Poisson with the effect times the sum of predicted rates
/// shown (the exposure), so the posterior is Gamma(prior + clicks, prior + exposure). A click that is reported after an
/// exponential delay is missing for a while: exposure counts only by the share of its clicks that should be in by now
/// (Chapelle, KDD 2014, of which this is the conjugate form).
package struct CreativeBeliefs: Sendable, Equatable {
  /// Segments of auctions.
  package let segments: Int
  /// Creatives to choose from.
  package let creatives: Int
  /// The prior's shape and rate: how many clicks it counts for.
  package let prior: Float
  /// The mean delay of a click, in auctions; 0 for none.
  package let delay: Float
  private var clicks: [Float]
  private var exposure: [Float]
  // Exposure whose clicks are still to be reported, as of the auction in `stamps`.
  private var fresh: [Float]
  private var stamps: [Int32]

  /// Begins with the prior.
  package init(segments: Int, creatives: Int, prior: Float, delay: Float = 0) {
    precondition(segments > 0 && creatives > 0, "Beliefs need a segment and a creative.")
    precondition(prior > 0 && delay >= 0, "A prior is above 0 and a delay at least 0.")
    self.segments = segments
    self.creatives = creatives
    self.prior = prior
    self.delay = delay
    clicks = Array(repeating: 0, count: segments * creatives)
    exposure = clicks
    fresh = clicks
    stamps = Array(repeating: 0, count: segments * creatives)
  }

  private func cell(_ segment: Int, _ creative: Int) -> Int {
    assert(segment >= 0 && segment < segments && creative >= 0 && creative < creatives)
    return segment * creatives + creative
  }

  /// Exposure not yet matured at an auction.
  private func unreported(_ cell: Int, at auction: Int) -> Float {
    delay > 0 && fresh[cell] > 0 ? fresh[cell] * exp(-Float(auction - Int(stamps[cell])) / delay) : 0
  }

  /// The posterior's shape and rate.
  private func posterior(_ segment: Int, _ creative: Int, at auction: Int) -> (shape: Float, rate: Float) {
    let cell = cell(segment, creative)
    return (prior + clicks[cell], prior + exposure[cell] - unreported(cell, at: auction))
  }

  /// The expected effect at an auction.
  package func mean(segment: Int, creative: Int, at auction: Int) -> Float {
    let (shape, rate) = posterior(segment, creative, at: auction)
    return shape / rate
  }

  /// The posterior's standard deviation at an auction.
  package func deviation(segment: Int, creative: Int, at auction: Int) -> Float {
    let (shape, rate) = posterior(segment, creative, at: auction)
    return shape.squareRoot() / rate
  }

  /// A draw of the posterior for Thompson sampling, by the cube of a normal (Wilson and Hilferty, 1931): within a
  /// percent of the Gamma law's quantiles from a shape of 4 on.
  package func draw(segment: Int, creative: Int, at auction: Int, stream: inout RandomStream) -> Float {
    let (shape, rate) = posterior(segment, creative, at: auction)
    let root = 1 - 1 / (9 * shape) + stream.normal() / (3 * shape.squareRoot())
    return max(0, shape * root * root * root) / rate
  }

  /// Notes that a creative was shown.
  package mutating func show(segment: Int, creative: Int, rate: Float, at auction: Int) {
    let cell = cell(segment, creative)
    if delay > 0 {
      fresh[cell] = unreported(cell, at: auction) + rate
      stamps[cell] = Int32(auction)
    }
    exposure[cell] += rate
  }

  /// Notes a reported click.
  package mutating func click(segment: Int, creative: Int) { clicks[cell(segment, creative)] += 1 }
}
