import Documents

extension Placement {
  /// The campaigns that come with the library, all of them drawn: logs of real auctions may not be passed on.
  public static let bundledNames = ["drawn-auctions", "three-creatives"]

  /// A campaign that comes with the library.
  ///
  /// - Throws: `InputError` where none has the name.
  public init(bundled name: String) throws(InputError) {
    switch name {
    case "drawn-auctions":
      try self.init(
        yaml: """
          kind: auctions
          name: drawn-auctions
          drawn: {auctions: 60000, rate: 0.001, rate_spread: 1.2, price: 60, price_spread: 0.7, correlation: 0.2}
          episode: 1000
          budget: 0.125
          """)
    case "three-creatives":
      try self.init(
        yaml: """
          kind: auctions
          name: three-creatives
          drawn: {auctions: 60000, rate: 0.05, rate_spread: 0.8, price: 60, price_spread: 0.7, correlation: 0.2}
          episode: 1000
          budget: 0.25
          creatives: {names: [plain, picture, film], segments: 2, spread: 0.5, prior: 4}
          click_delay: 20
          """)
    default:
      throw InputError(noneOf: "bundled campaign", called: name, known: Self.bundledNames)
    }
  }
}
