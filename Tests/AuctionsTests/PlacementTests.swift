import Auctions
import Documents
import Testing

@Suite struct PlacementTests {
  @Test func describesItselfAgain() throws {
    let placement = try smallPlacement(
      "creatives: {names: [a, b], effects: [1, 1.5], segments: 2, spread: 0.4}\nfrequency: {visitors: 50, cap: 2}"
    )
    let again = try Placement(yaml: placement.yaml(logName: "auctions.txt"))
    #expect(again.yaml(logName: "x") == placement.yaml(logName: "x"))
    #expect(again.history.prices == placement.history.prices)
  }

  @Test(arguments: [
    ("kind: auctions\nname: x\nbudgets: 1\n", "line 3: budgets: is unknown; did you mean 'budget'?"),
    (
      "kind: auctions\nname: x\nbudget: 0\n",
      "line 3: budget: is 0.0; give a share above 0, at most 1, of what winning every auction costs"
    ),
    (
      "kind: auctions\nname: x\nbids: [1]\n",
      "line 3: bids: are 1 numbers; give 2 to 64 multiples of the programme's bid"
    ),
    (
      "kind: auctions\nname: x\nbids: [1, -1]\n",
      "line 3: bids: hold a number outside 0 to 100; give multiples of the programme's bid"
    ),
    (
      "kind: auctions\nname: x\npricing: third\n",
      "line 3: pricing: is 'third'; choose one of 'second-price', 'first-price'"
    ),
    (
      "kind: auctions\nname: x\nlog: nowhere.txt\n",
      "line 3: log: cannot be read; check the path and the permissions"
    ),
    (
      "name: x\ncreatives:\n  names: [a, b]\n  effects: [1]\n",
      "line 4: creatives.effects: are 1; give one number for each of 2 names"
    ),
  ])
  func badDescriptionsNameTheLine(yaml: String, expected: String) {
    #expect {
      _ = try Placement(yaml: yaml, directory: "/tmp")
    } throws: { error in
      "\(error)" == expected
    }
  }

  @Test func nobodyBeatsTheBoundAndAllKeepTheirBudget() throws {
    let placement = try smallPlacement("creatives: {names: [a, b], segments: 2, spread: 0.5}")
    let market = PlacementMarket(placement, playsHistory: false)
    let starts = market.states(episodes: 20, seed: 7)
    for strategy in market.strategies {
      let ends = market.episodes(of: strategy, episodes: 20, seed: 7)
      for (start, end) in zip(starts, ends) {
        #expect(end.value <= market.clairvoyantValue(start) + 1e-9, "\(strategy.name)")
        #expect(end.budget >= 0)
      }
      #expect(ends.contains { $0.impressions > 0 }, "\(strategy.name)")
    }
  }

  @Test func cappedVisitorsAreNotShownMore() throws {
    let market = PlacementMarket(
      try smallPlacement("frequency: {visitors: 10, cap: 1}\nbids: [0, 5]"), playsHistory: true)
    let programme = try #require(market.strategies.first { $0.name == "programme" })
    for end in market.episodes(of: programme, episodes: 5, seed: 1) { #expect(end.impressions <= 10) }
  }
}
