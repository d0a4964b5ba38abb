import Foundation
import Testing

import Pricing

@Suite struct KnownAnswersTests {
  let answers: KnownAnswers

  init() throws { answers = try KnownAnswers.read() }

  @Test func gallegoAndVanRyzin() {
    let season = ExponentialDemand(scale: 20, slope: 1)
    #expect(answers.gallego_van_ryzin_a20_t1.count == 20)
    for answer in answers.gallego_van_ryzin_a20_t1 {
      let n = answer.n
      #expect(abs(season.revenue(stock: n, time: 1) - answer.J) < 1e-6)
      #expect(abs(season.price(stock: n, time: 1) - answer.p0) < 1e-6)
      #expect(abs(season.deterministicBound(stock: n, time: 1) - answer.J_det) < 1e-6)
      let deterministic = season.deterministicPrice(stock: n, time: 1)
      #expect(abs(deterministic - answer.fixed_price_det) < 1e-6)
      #expect(abs(season.revenue(fixedPrice: deterministic, stock: n, time: 1) - answer.J_fixed_det) < 1e-6)
      // The answer stands on a grid of .005.
      let best = season.bestFixedPrice(stock: n, time: 1)
      #expect(abs(best - answer.p_best_fixed) <= 0.005)
      let onGrid = season.revenue(fixedPrice: answer.p_best_fixed, stock: n, time: 1)
      #expect(abs(onGrid - answer.J_best_fixed) < 1e-5)
      #expect(season.revenue(fixedPrice: best, stock: n, time: 1) >= onGrid)
    }
  }

  @Test func demandOfAnotherSlopeIsAnotherCurrency() {
    let season = ExponentialDemand(scale: 20, slope: 1)
    let cents = ExponentialDemand(scale: 20, slope: 0.01)
    #expect(abs(cents.revenue(stock: 5, time: 1) - 100 * season.revenue(stock: 5, time: 1)) < 1e-9)
    #expect(abs(cents.price(stock: 5, time: 1) - 100 * season.price(stock: 5, time: 1)) < 1e-9)
    #expect(
      abs(cents.bestFixedPrice(stock: 5, time: 1) - 100 * season.bestFixedPrice(stock: 5, time: 1)) < 1e-5)
  }

  @Test func ferreiraSimchiLeviAndWang() throws {
    let ladder = PriceLadder(prices: [29.9, 34.9, 39.9, 44.9], saleChances: [0.8, 0.6, 0.3, 0.1])
    for (share, periods, answer) in answers.ladders {
      let mix = try ladder.mix(stockPerPeriod: share)
      #expect(abs(mix.revenue - answer.lp_per_period) < 1e-9)
      for (found, expected) in zip(mix.shares, answer.lp_mix) { #expect(abs(found - expected) < 1e-9) }
      let optimum = ladder.optimum(stock: answer.inventory, periods: periods)
      #expect(abs(optimum.value - answer.dp_value) < 1e-8 * answer.dp_value)
      #expect(optimum.value <= mix.revenue * Double(periods))
    }
  }

  @Test func ladderOptimumPlaysAsPromised() {
    // The value of the policy's own choices, by an independent forward pass over the stock's distribution.
    let ladder = PriceLadder(prices: [29.9, 34.9, 39.9, 44.9], saleChances: [0.8, 0.6, 0.3, 0.1])
    let optimum = ladder.optimum(stock: 25, periods: 100)
    var chance = [Double](repeating: 0, count: 26)
    chance[25] = 1
    var revenue = 0.0
    for period in 0..<100 {
      for units in 1...25 {
        let choice = optimum.choice(period: period, units: units)
        let moved = chance[units] * ladder.saleChances[choice]
        revenue += moved * ladder.prices[choice]
        chance[units] -= moved
        chance[units - 1] += moved
      }
    }
    #expect(abs(revenue - optimum.value) < 1e-9 * revenue)
  }

  @Test func equalMarkups() {
    let (logit, answer) = (answers.mnl_yogurt, answers.mnl_pricing_yogurt)
    let market = MultinomialLogit(
      intercepts: logit.intercepts.map { $0 - answer.outside_shift }, sensitivity: -logit.price)
    let best = market.optimalPrices(costs: answer.cost)
    #expect(abs(best.markup - answer.markup) < 1e-9)
    #expect(abs(best.profit - answer.profit_per_customer) < 1e-9)
    #expect(abs(market.profit(prices: best.prices, costs: answer.cost) - answer.profit_per_customer) < 1e-9)
    #expect(abs(market.profit(prices: logit.mean_price, costs: answer.cost) - answer.today) < 2e-4)
  }

  @Test func noPricesBeatEqualMarkups() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<50 {
      let intercepts = (0..<4).map { _ in Double.random(in: -3...8, using: &generator) }
      let costs = (0..<4).map { _ in Double.random(in: 0...5, using: &generator) }
      let market = MultinomialLogit(
        intercepts: intercepts, sensitivity: Double.random(in: 0.05...4, using: &generator))
      let best = market.optimalPrices(costs: costs)
      #expect(abs(market.profit(prices: best.prices, costs: costs) - best.profit) < 1e-9 * (1 + best.profit))
      for product in 0..<4 {
        for change in [-0.05, 0.05] {
          var other = best.prices
          other[product] += change
          #expect(market.profit(prices: other, costs: costs) <= best.profit + 1e-12)
        }
      }
    }
  }

  @Test func extremeUtilities() {
    let rich = MultinomialLogit(intercepts: [2000, 1], sensitivity: 1).optimalPrices(costs: [1, 1])
    #expect(rich.markup.isFinite && rich.markup > 1990 && rich.profit > 1989)
    let poor = MultinomialLogit(intercepts: [-2000], sensitivity: 1).optimalPrices(costs: [1])
    #expect(poor.markup == 1 && poor.profit == 0)
  }

  @Test func littlewood() {
    let high = FareClass(fare: 1000, mean: 50, deviation: 18)
    #expect(abs(high.protection(against: 400) - answers.littlewood.protect) < 0.005)
  }

  @Test func expectedMarginalSeatRevenueAsRevmng() throws {
    struct Flight: Decodable {
      let classes: [[Double]]
      let capacity: Double
      let levels: [Double]
    }
    let flights = try JSONDecoder().decode([Flight].self, from: Data(contentsOf: golden("emsr_b.json")))
    #expect(flights.count == 200)
    for flight in flights {
      let classes = flight.classes.map { FareClass(fare: $0[0], mean: $0[1], deviation: $0[2]) }
      let levels = expectedMarginalSeatRevenue(classes.shuffled(), capacity: flight.capacity)
      #expect(levels.count == flight.levels.count)
      for (found, expected) in zip(levels, flight.levels) { #expect(abs(found - expected) < 1e-6) }
    }
  }

  @Test func normalQuantiles() {
    for probability in [1e-300, 1e-12, 0.001, 0.02, 0.3, 0.5, 0.77, 0.999] {
      let x = normalQuantile(probability)
      #expect(abs(0.5 * erfc(-x / 2.0.squareRoot()) / probability - 1) < 1e-12)
    }
    #expect(normalQuantile(0) == -.infinity && normalQuantile(1) == .infinity)
  }
}
