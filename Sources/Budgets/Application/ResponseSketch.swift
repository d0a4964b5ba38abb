import Foundation

/// A channel's curve of outcome by steady spend in the mean market, at a season of 1.
struct ResponseSketch {
  /// Ascending money per tick, and the outcome in units of the objective.
  let points: [(x: Double, y: Double)]
  /// What an outcome adds to the objective.
  let worth: Double
  /// The least and the most money per tick that the channel may spend; of bids, what those cost.
  let limits: ClosedRange<Double>

  init(_ channel: MediaChannel, market: Market) {
    let allowed = channel.levels
    switch channel.kind {
    case .response(let response):
      worth = market.objective == .conversions ? 1 : response.valuePerOutcome
      let highest = response.spends.last ?? 0
      points = Self.curve(response, worth: worth, highest: highest)
      limits = (allowed.first ?? 0)...(allowed.last ?? 0)
    case .auction(let auction):
      let worth = market.objective == .conversions ? 1 : auction.valuePerConversion
      let landscape = auction.landscape
      func point(_ bid: Double) -> (x: Double, y: Double) {
        let (won, paid, _) = landscape.outcome(bid: bid)
        let price = auction.pricing == .firstPrice ? won * bid : paid
        return (
          auction.volume * price * auction.priceUnit,
          worth * auction.volume * won * auction.clickRate * auction.conversionRate
        )
      }
      points = auction.bids.map(point)
      self.worth = worth
      limits = point(allowed.first ?? 0).x...point(allowed.last ?? 0).x
    }
  }

  private static func curve(_ response: ResponseChannel, worth: Double, highest: Double) -> [(
    x: Double, y: Double
  )] {
    let gain = response.adstock.weights?.reduce(0, +) ?? 1 / (1 - response.adstock.retention)
    let hill = response.saturation
    return (0...60).map { step in
      let spend = highest * Double(step) / 60
      let stock = spend * gain
      let share = stock > 0 ? 1 / (1 + pow(hill.halfSaturation / stock, hill.slope)) : 0
      return (spend, worth * hill.maximum * share)
    }
  }

  /// Between which outcomes the curves of nine of ten posterior draws lie.
  func band(_ draws: [ResponseChannel]) -> [(x: Double, low: Double, high: Double)] {
    guard let highest = points.last?.x, !draws.isEmpty else { return [] }
    let curves = draws.map { Self.curve($0, worth: worth, highest: highest) }
    return (0...60).map { step in
      let sorted = curves.map { $0[step].y }.sorted()
      return (curves[0][step].x, sorted[sorted.count / 20], sorted[sorted.count - 1 - sorted.count / 20])
    }
  }

  /// The outcome at a spend, between the points.
  func outcome(at spend: Double) -> Double {
    guard let next = points.firstIndex(where: { $0.x >= spend }), next > 0 else {
      return spend <= 0 ? points.first?.y ?? 0 : points.last?.y ?? 0
    }
    let (a, b) = (points[next - 1], points[next])
    return b.x > a.x ? a.y + (spend - a.x) / (b.x - a.x) * (b.y - a.y) : b.y
  }

  /// The slope of the curve at a spend.
  func marginalReturn(at spend: Double) -> Double {
    let highest = points.last?.x ?? 0
    let step = highest / 100
    guard step > 0 else { return 0 }
    let low = max(0, min(spend, highest) - step / 2)
    return (outcome(at: low + step) - outcome(at: low)) / step
  }
}
