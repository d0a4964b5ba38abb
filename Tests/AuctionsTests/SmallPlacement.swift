import Auctions

/// A drawn campaign that plays in milliseconds, with further keys.
func smallPlacement(_ more: String = "") throws -> Placement {
  try Placement(
    yaml: """
      kind: auctions
      name: small
      drawn: {auctions: 8000, rate: 0.05, price: 30, seed: 3}
      episode: 200
      budget: 0.25
      highest_bid: 120
      \(more)
      """)
}
