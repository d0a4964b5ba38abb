import Budgets
import LinearAlgebra
import Testing

@Suite struct AuctionLandscapeTests {
  @Test func sumsUpASmallHistogram() {
    // Prices 0, 2 and 3 with shares 1/4, 1/4 and 1/2.
    let landscape = AuctionLandscape(prices: [1, 0, 1, 2] + [Double](repeating: 0, count: 297))
    #expect(landscape.winShare.count == 302)
    #expect(landscape.winShare.prefix(6) == [0, 0.25, 0.25, 0.5, 1, 1])
    #expect(landscape.priceSum.prefix(6) == [0, 0, 0, 0.5, 2, 2])
    #expect(landscape.priceSquares.prefix(6) == [0, 0, 0, 1, 5.5, 5.5])
    let (won, paid, squares) = landscape.outcome(bid: 3.5)
    #expect(won == 0.75 && paid == 1.25 && squares == 3.25)
    #expect(landscape.outcome(bid: 0).winShare == 0)
    #expect(landscape.outcome(bid: 9e9).winShare == 1)
  }

  @Test func winnersNeverPayMoreThanTheyBid() {
    var stream = RandomStream(seed: 1, purpose: .test)
    for _ in 0..<20 {
      let landscape = AuctionLandscape(prices: (0...300).map { _ in Double(stream.uniform()) })
      for _ in 0..<50 {
        let bid = 301 * Double(stream.uniform())
        let (won, paid, squares) = landscape.outcome(bid: bid)
        #expect(paid <= won * bid + 1e-5 && squares <= paid * bid + 1e-2)
        #expect(squares * won >= paid * paid * (1 - 1e-5))
      }
    }
  }
}
