import CKernels

/// What the auctions still to come are worth, by their number and the money left: V(n, b).
///
/// With the joint law of price p and value θ of an auction, drawn anew each time, in a second-price auction
///
///     V(0, b) = 0,   V(n, b) = V(n − 1, b) + E[max(0, θ + V(n − 1, b − p) − V(n − 1, b))]  (p ≤ b)
///
/// and the best bid is the highest price at which the auction is worth its cost, θ ≥ V(n − 1, b) − V(n − 1, b − bid).
/// With the value collapsed to its mean this is RLB (Cai et al., WSDM 2017, section 4); with the joint law it is exact.
///
/// The table holds V on an even grid of budgets, between whose points it is linear: (auctions + 1) · (resolution + 1)
/// doubles, made in O(auctions · resolution · points).
public final class BudgetValues: @unchecked Sendable {
  /// The most auctions the table knows.
  public let auctions: Int
  /// The highest budget it knows.
  public let budget: Int
  /// Grid points above 0.
  public let resolution: Int
  @usableFromInline let steps: UnsafeMutablePointer<Double>
  @usableFromInline let perUnit: Double

  /// Solves the programme.
  ///
  /// - Parameters:
  ///   - sample: the law of auctions, whose prices are paid.
  ///   - auctions: how many an episode has; at least 1.
  ///   - budget: how much money it has; at least 1.
  ///   - resolution: grid points; no more than the budget's units are used.
  ///   - highestBid: auctions priced above cannot be won.
  package convenience init(
    _ sample: AuctionSample, auctions: Int, budget: Int, resolution: Int = 512, highestBid: Int = 300
  ) {
    let points = sample.points.filter { $0.share > 0 && $0.price <= Double(highestBid) }
    self.init(auctions: auctions, budget: budget, resolution: resolution)
    let prices = points.map { $0.price * perUnit }
    let worths = points.map(\.value)
    let shares = points.map(\.share)
    let reach = Int((prices.max() ?? 0).rounded(.up)) + 1
    let gain = points.reduce(0) { $0 + $1.share * max(0, $1.value) }
    fill(gain: gain, reach: reach) { value, points, next in
      ck_second_price_backup(value, points, prices, worths, shares, prices.count, next)
    }
  }

  /// Solves the programme of a first-price auction: the winner pays the bid, so bids are shaded.
  ///
  /// - Parameters:
  ///   - sample: the law of auctions; values and prices are taken as independent of each other.
  ///   - bids: the bids to choose among, in whole units.
  ///   - winRates: the share of auctions that each of them wins.
  package convenience init(
    firstPrice sample: AuctionSample, bids: [Int], winRates: [Double], auctions: Int, budget: Int,
    resolution: Int = 512
  ) {
    precondition(bids.count == winRates.count, "Each of the \(bids.count) bids needs a share of wins.")
    self.init(auctions: auctions, budget: budget, resolution: resolution)
    let points = sample.points.filter { $0.share > 0 && $0.value > 0 }
    let steps = bids.map { Double($0) * perUnit }
    let chances = points.flatMap { _ in winRates }
    let worths = points.map(\.value)
    let shares = points.map(\.share)
    var best = [Double](repeating: 0, count: self.resolution + 1)
    let reach = Int((steps.max() ?? 0).rounded(.up)) + 1
    // What one auction can add at most: the gain where money is no matter.
    let gain = points.reduce(0.0) { sum, point in sum + point.share * point.value * (winRates.max() ?? 0) }
    fill(gain: gain, reach: reach) { value, points, next in
      ck_first_price_backup(
        value, points, worths, shares, worths.count, steps, chances, steps.count, &best, next)
    }
  }

  private init(auctions: Int, budget: Int, resolution: Int) {
    precondition(auctions > 0 && budget > 0, "Values need an auction and a budget of at least one unit.")
    precondition(resolution > 0, "Values need at least one grid point above 0.")
    self.auctions = auctions
    self.budget = budget
    self.resolution = min(resolution, budget)
    perUnit = Double(self.resolution) / Double(budget)
    let count = (auctions + 1) * (self.resolution + 1)
    steps = .allocate(capacity: count)
    steps.initialize(repeating: 0, count: count)
  }

  deinit { steps.deallocate() }

  /// Backs up every row; where money is no matter any more, V(n) = n · gain, nothing is computed.
  private func fill(
    gain: Double, reach: Int,
    backup: (UnsafePointer<Double>, Int, UnsafeMutablePointer<Double>) -> Void
  ) {
    let width = resolution + 1
    var enough = 0
    for n in 1...auctions {
      let (value, next) = (steps + (n - 1) * width, steps + n * width)
      let points = min(width, enough + reach + 1)
      backup(value, points, next)
      for k in points..<max(points, width) { next[k] = Double(n) * gain }
      enough = (0..<points).first { next[$0] > Double(n) * gain - 1e-10 } ?? points
    }
  }

  /// V(n, b), linear between grid points; money above the table's budget is worth nothing more.
  @inlinable public func value(auctionsLeft n: Int, budget b: Int) -> Double {
    assert(n >= 0 && n <= auctions && b >= 0)
    let row = steps + n * (resolution + 1)
    let place = Double(b) * perUnit
    let cell = Int(place)
    guard cell < resolution else { return row[resolution] }
    return row[cell] + (place - Double(cell)) * (row[cell + 1] - row[cell])
  }

  /// The highest price at which an auction of this value is worth its cost.
  ///
  /// - Parameters:
  ///   - value: what winning is worth.
  ///   - n: auctions left, this one among them; at least 1.
  ///   - b: the money left.
  ///   - highestBid: the result is no higher, nor than the money left.
  @inlinable public func bid(value: Double, auctionsLeft n: Int, budget b: Int, highestBid: Int) -> Int {
    let kept = self.value(auctionsLeft: n - 1, budget: b)
    var (low, high) = (0, min(b, highestBid))
    if value + self.value(auctionsLeft: n - 1, budget: b - high) - kept >= 0 { return high }
    // Invariant: worth its cost at `low`, not at `high`.
    while high - low > 1 {
      let middle = (low + high) / 2
      if value + self.value(auctionsLeft: n - 1, budget: b - middle) - kept >= 0 {
        low = middle
      } else {
        high = middle
      }
    }
    return low
  }

  /// Whether an auction of this value is worth its price; the price may not exceed the money left.
  @inlinable package func isWorth(price: Int, value: Double, auctionsLeft n: Int, budget b: Int) -> Bool {
    price == 0
      || value + self.value(auctionsLeft: n - 1, budget: b - price)
        - self.value(auctionsLeft: n - 1, budget: b) >= 0
  }
}
