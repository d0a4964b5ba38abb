import Auctions
import LinearAlgebra
import Testing

@Suite struct BudgetValuesTests {
  private let sample = AuctionSample(points: [
    .init(price: 2, value: 1, share: 0.3), .init(price: 3, value: 4, share: 0.2),
    .init(price: 7, value: 6, share: 0.25), .init(price: 1, value: 0.1, share: 0.15),
    .init(price: 0, value: 0.05, share: 0.1),
  ])

  /// V(n, b) by plain recursion.
  private func value(_ n: Int, _ b: Int) -> Double {
    n == 0
      ? 0
      : sample.points.reduce(0.0) { sum, point in
        let kept = value(n - 1, b)
        let bought = Int(point.price) <= b ? point.value + value(n - 1, b - Int(point.price)) : kept
        return sum + point.share * max(kept, bought)
      }
  }

  @Test func equalsPlainRecursionOnWholeUnits() {
    let values = BudgetValues(sample, auctions: 4, budget: 20, resolution: 20, highestBid: 300)
    for n in 0...4 {
      for b in 0...20 {
        #expect(abs(values.value(auctionsLeft: n, budget: b) - value(n, b)) < 1e-9)
      }
    }
  }

  @Test func firstPriceEqualsPlainRecursion() {
    let (bids, rates) = ([1, 2, 4, 7], [0.2, 0.5, 0.8, 1])
    func value(_ n: Int, _ b: Int) -> Double {
      n == 0
        ? 0
        : sample.points.reduce(value(n - 1, b)) { sum, point in
          let gains = zip(bids, rates).map { bid, rate in
            bid <= b ? rate * (point.value + value(n - 1, b - bid) - value(n - 1, b)) : 0
          }
          return sum + point.share * max(0, gains.max() ?? 0)
        }
    }
    let values = BudgetValues(
      firstPrice: sample, bids: bids, winRates: rates, auctions: 3, budget: 15, resolution: 15)
    for n in 0...3 {
      for b in 0...15 { #expect(abs(values.value(auctionsLeft: n, budget: b) - value(n, b)) < 1e-9) }
    }
  }

  @Test func coarserGridsComeClose() {
    let law = AuctionSample(drawnLog(3000, seed: 6))
    let fine = BudgetValues(law, auctions: 200, budget: 2000, resolution: 2000)
    let coarse = BudgetValues(law, auctions: 200, budget: 2000, resolution: 400)
    for b in stride(from: 100, through: 2000, by: 100) {
      let exact = fine.value(auctionsLeft: 200, budget: b)
      #expect(abs(coarse.value(auctionsLeft: 200, budget: b) - exact) < 0.005 * exact)
    }
  }

  @Test func risesWithMoneyAndAuctionsEverMoreSlowly() {
    let values = BudgetValues(
      AuctionSample(drawnLog(2000, seed: 7)), auctions: 60, budget: 600, resolution: 600)
    for n in 1...60 {
      for b in 1...600 {
        let here = values.value(auctionsLeft: n, budget: b)
        #expect(here >= values.value(auctionsLeft: n, budget: b - 1) - 1e-9)
        #expect(here >= values.value(auctionsLeft: n - 1, budget: b) - 1e-9)
      }
    }
  }

  @Test func bidIsTheHighestPriceWorthPaying() {
    let values = BudgetValues(
      AuctionSample(drawnLog(2000, seed: 8)), auctions: 50, budget: 400, resolution: 100)
    var stream = RandomStream(seed: 8, purpose: .test)
    for _ in 0..<500 {
      let (n, b) = (1 + Int(stream.uniform() * 50), Int(stream.uniform() * 400))
      let value = 0.05 * Double(stream.uniform()) * Double(stream.uniform())
      let bid = values.bid(value: value, auctionsLeft: n, budget: b, highestBid: 60)
      #expect(bid <= min(b, 60))
      #expect(values.isWorth(price: bid, value: value, auctionsLeft: n, budget: b))
      if bid < min(b, 60) {
        #expect(!values.isWorth(price: bid + 1, value: value, auctionsLeft: n, budget: b))
      }
    }
  }

  /// 2,000 episodes drawn from the law: their mean equals V within 4 standard errors, a false alarm in 1 of 15,000 runs.
  @Test func isTheMeanOfPlayedEpisodes() {
    let points = sample.points
    let values = BudgetValues(sample, auctions: 30, budget: 60, resolution: 60)
    var stream = RandomStream(seed: 9, purpose: .test)
    var results: [Double] = []
    for _ in 0..<2000 {
      var (budget, total) = (60, 0.0)
      for n in stride(from: 30, to: 0, by: -1) {
        var draw = Double(stream.uniform())
        let point =
          points.first {
            draw -= $0.share; return draw < 0
          } ?? points[0]
        let bid = values.bid(value: point.value, auctionsLeft: n, budget: budget, highestBid: 300)
        if bid >= Int(point.price) {
          budget -= Int(point.price)
          total += point.value
        }
      }
      results.append(total)
    }
    let mean = results.reduce(0, +) / 2000
    let variance = results.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1999
    let expected = values.value(auctionsLeft: 30, budget: 60)
    #expect(abs(mean - expected) < 4 * (variance / 2000).squareRoot())
  }
}
