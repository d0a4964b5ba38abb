import LinearAlgebra

/// What the plan of somebody who knows a season's demand says of its rest.
struct Hindsight: Sendable {
  /// By how much that plan is worth more than the one that is made.
  var shortfall = 0.0
  /// Per resource what a unit is worth.
  var bids: [Double]
}

/// A season on its way.
public struct PricingState: Sendable {
  /// The period that comes next.
  public internal(set) var period = 0
  /// Per resource what is left.
  public internal(set) var units: [Double]
  /// Of a network of requests, the same in whole numbers, at the beginning of the period.
  var counts: [Int32]
  /// Per product the price that buyers remember.
  public internal(set) var reference: [Double]
  /// Per product the column last played, and what it sold.
  var lastColumns: [Int]
  package internal(set) var lastSales: [Double]
  /// Per product the units that buyers hold and may bring back, and the mean price they paid.
  package internal(set) var held: [Double]
  var paid: [Double]
  /// By column the true demand, without the reference price's effect.
  package internal(set) var truth: [Double]
  /// Groups × hypotheses: how likely each is.
  var beliefs: [Double]
  /// By column the demand that the seller expects, with the reference price's effect.
  package internal(set) var expected: [Double]
  /// The plan that holds what is expected for certain.
  package internal(set) var plan: FluidPlanner.Plan
  /// What somebody who knows demand would plan; nil until steps are compared.
  var hindsight: Hindsight?
  /// Of a network of requests, what its stock is worth.
  var stockValue: Double = 0
}
