import Budgets
import Testing

@Suite struct MarketDigestTests {
  @Test func followsWhatPlaysAndNothingElse() throws {
    let market = try Market.bundled("nine-campaigns")
    #expect(market.digest.count == 64 && market.digest.allSatisfy(\.isHexDigit))
    var other = market
    other.summary = "told differently"
    #expect(other.digest == market.digest)
    other.budget = market.budget.nextUp
    #expect(other.digest != market.digest)
    other = market
    other.channels.swapAt(0, 1)
    #expect(other.digest != market.digest)
    other = market
    other.channels[8].minimumLevel = 1
    #expect(other.digest != market.digest)
  }
}
