import Documents
import Foundation

extension Placement {
  /// The word of a description's `kind`.
  public static let kind = "auctions"

  /// Reads a description; a log stands beside it.
  ///
  /// - Throws: `InputError` with the line of the first mistake.
  public init(contentsOf path: String) throws(InputError) {
    try self.init(
      yaml: readText(path), file: path, directory: URL(fileURLWithPath: path).deletingLastPathComponent().path
    )
  }

  /// Reads a description from its text.
  ///
  /// - Parameter directory: where the log that it names stands; the working folder where it is empty.
  public init(yaml: String, file: String? = nil, directory: String = "") throws(InputError) {
    let root = try YAMLSource(file: file, directory: directory).compose(yaml)
    let fields = try root.mapping([
      "kind", "name", "log", "drawn", "history", "episode", "budget", "highest_bid", "pricing", "floor",
      "rate_scale", "bids", "creatives", "frequency", "click_delay",
    ])
    if let kind = fields["kind"], try kind.text() != Self.kind {
      throw kind.error(.invalid, "is '\(try kind.text())'", "give '\(Self.kind)'")
    }
    let name = try fields.required("name").text()
    var drawn = DrawnAuctions()
    if let field = fields["drawn"] { drawn = try DrawnAuctions(field) }
    self.init(name: name, drawn: fields["log"] == nil ? drawn : DrawnAuctions())
    if let field = fields["history"] { historyShare = try field.number() }
    if let field = fields["episode"] { auctions = try field.integer() }
    if let field = fields["budget"] { budgetShare = try field.number() }
    if let field = fields["highest_bid"] { highestBid = try field.integer() }
    if let field = fields["pricing"] { pricing = try field.choice(PricingRule.self) }
    if let field = fields["floor"] { floor = try field.integer() }
    if let field = fields["rate_scale"] { rateScale = try field.number() }
    if let field = fields["bids"] { bids = try field.numbers() }
    if let field = fields["creatives"] { creatives = try Creatives(field) }
    if let field = fields["frequency"] {
      let keys = try field.mapping(["visitors", "cap"])
      frequency = Frequency(
        visitors: try keys.required("visitors").integer(), cap: try keys.required("cap").integer())
    }
    if let field = fields["click_delay"] { clickDelay = try field.number() }
    // What the cut needs must hold before it.
    guard historyShare > 0, historyShare < 1, rateScale > 0, rateScale < 1e6, floor >= 0, floor <= 1_000_000
    else {
      let wrong = historyShare > 0 && historyShare < 1 ? (floor < 0 ? "floor" : "rate_scale") : "history"
      throw root.locating(
        InputError(.invalid, key: wrong, problem: "is out of range", remedy: "see docs/auctions.md"))
    }
    if let field = fields["log"] {
      let path = try field.path()
      if fields["drawn"] != nil {
        throw field.error(.invalid, "stands beside 'drawn'", "give one of both")
      }
      source = .log(path)
      do throws(InputError) { cut(try AuctionLog(contentsOf: path)) } catch {
        if error.kind == .missing { throw field.error(.missing, error.problem, error.remedy) }
        throw error
      }
    } else {
      cut(drawn.log)
    }
    do throws(InputError) { try validate() } catch { throw root.locating(error) }
  }

  /// The description as YAML; a log is called `logName`.
  public func yaml(logName: String) -> String {
    func list(_ numbers: [Double]) -> String { "[\(numbers.map { "\($0)" }.joined(separator: ", "))]" }
    var lines = ["kind: \(Self.kind)", "name: \(name)"]
    switch source {
    case .log: lines.append("log: \(logName)")
    case .drawn(let drawn): lines.append("drawn: \(drawn.yaml)")
    }
    lines += [
      "history: \(historyShare)", "episode: \(auctions)", "budget: \(budgetShare)",
      "highest_bid: \(highestBid)",
      "pricing: \(pricing.rawValue)", "floor: \(floor)", "rate_scale: \(rateScale)", "bids: \(list(bids))",
      "creatives:", "  names: [\(creatives.names.joined(separator: ", "))]",
      "  effects: \(list(creatives.effects))", "  segments: \(creatives.segments)",
      "  spread: \(creatives.spread)", "  prior: \(creatives.prior)",
    ]
    if let frequency { lines.append("frequency: {visitors: \(frequency.visitors), cap: \(frequency.cap)}") }
    lines.append("click_delay: \(clickDelay)")
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Placement.Creatives {
  fileprivate init(_ field: YAMLField) throws(InputError) {
    self.init()
    let keys = try field.mapping(["names", "effects", "segments", "spread", "prior"])
    names = try keys.required("names").items().map { item throws(InputError) in try item.text() }
    effects = try keys["effects"]?.numbers() ?? names.map { _ in 1 }
    if let key = keys["segments"] { segments = try key.integer() }
    if let key = keys["spread"] { spread = try key.number() }
    if let key = keys["prior"] { prior = try key.number() }
  }
}

extension DrawnAuctions {
  fileprivate init(_ field: YAMLField) throws(InputError) {
    self.init()
    let keys = try field.mapping([
      "auctions", "rate", "rate_spread", "price", "price_spread", "correlation", "seed",
    ])
    func number(_ name: String, _ range: ClosedRange<Double>, _ current: Double) throws(InputError) -> Double
    {
      guard let key = keys[name] else { return current }
      let value = try key.number()
      guard range.contains(value) else {
        throw key.error(.invalid, "is \(value)", "give \(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
    count = Int(try number("auctions", 2...10_000_000, Double(count)))
    rate = try number("rate", 1e-9...1, rate)
    rateSpread = try number("rate_spread", 0...3, rateSpread)
    price = try number("price", 1...100_000, price)
    priceSpread = try number("price_spread", 0...3, priceSpread)
    correlation = try number("correlation", -1...1, correlation)
    seed = UInt64(try number("seed", 0...1e15, Double(seed)))
  }

  fileprivate var yaml: String {
    "{auctions: \(count), rate: \(rate), rate_spread: \(rateSpread), price: \(price), "
      + "price_spread: \(priceSpread), correlation: \(correlation), seed: \(seed)}"
  }
}
