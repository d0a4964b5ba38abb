import Documents
import Foundation
import Yams

extension Market {
  /// Reads a market from a YAML file; files that it names stand beside it.
  ///
  /// - Throws: the first mistake in the file, with its line, and how to mend it.
  public init(contentsOf path: String) throws(InputError) {
    try self.init(
      yaml: readText(path), directory: URL(fileURLWithPath: path).deletingLastPathComponent().path, file: path
    )
  }

  /// Reads a market from YAML text.
  ///
  /// - Parameters:
  ///   - directory: where the files that it names stand.
  ///   - file: what errors call the text; nil leaves them with the line alone.
  /// - Throws: the first mistake in the text, with its line, and how to mend it.
  public init(yaml: String, directory: String = ".", file: String? = nil) throws(InputError) {
    let source = YAMLSource(file: file, directory: directory)
    let root = try source.compose(yaml)
    do throws(InputError) {
      self = try market(from: root)
      try validate()
    } catch {
      throw root.locating(error)
    }
  }

  /// The market as YAML text, which reads back as an equal market.
  ///
  /// Every value is spelled out: histograms that came from a file are written in full.
  public var yaml: String { yaml(landscapes: nil) }

  /// The market as YAML text that leaves the histograms of prices to a file beside it, which `landscapeTable` is the text of.
  ///
  /// - Parameter landscapes: the file's name; nil writes the histograms in full.
  public func yaml(landscapes: String?) -> String {
    // The tree holds plain scalars, lists and mappings only, which always serialise.
    (try? serialize(node: node(landscapes: landscapes), width: 100, allowUnicode: true)) ?? ""
  }

  /// The histograms of prices of all auction channels as CSV: `campaign`, then `n_price_0` … `n_price_300`.
  public var landscapeTable: String {
    var table = CSVWriter(["campaign"] + (0..<AuctionChannel.priceCount).map { "n_price_\($0)" })
    for channel in channels {
      guard case .auction(let auction) = channel.kind else { continue }
      table.append([channel.name] + auction.prices.map { "\($0)" })
    }
    return table.text
  }
}

private func market(from field: YAMLField) throws(InputError) -> Market {
  let fields = try field.mapping([
    "name", "summary", "currency", "ticks", "calendar", "season", "budget", "tick_cap", "objective", "target",
    "drift",
    "randomization", "channels",
  ])
  let ticks = try fields.required("ticks").integer()
  return Market(
    name: try fields.required("name").text(), summary: try fields["summary"]?.text() ?? "",
    currency: try fields["currency"]?.text() ?? "USD", ticks: ticks,
    season: try fields["season"].map { field throws(InputError) in try season(from: field) },
    budget: try fields.required("budget").number(), tickCap: try fields["tick_cap"]?.number(),
    objective: try fields["objective"]?.choice(Objective.self) ?? .conversions,
    target: try fields["target"].map { field throws(InputError) in try target(from: field) },
    drift: try fields["drift"].map { field throws(InputError) in try drift(from: field) } ?? Drift(),
    randomization: try fields["randomization"].map { field throws(InputError) in
      try randomization(from: field)
    } ?? Randomization(),
    calendar: try fields["calendar"].map { field throws(InputError) in try calendar(from: field) },
    channels: try fields.required("channels").items().map { field throws(InputError) in
      try channel(from: field)
    })
}

private func season(from field: YAMLField) throws(InputError) -> [Double] {
  guard field.isMapping else { return try field.numbers() }
  let fields = try field.mapping(["file", "column"])
  let table = try fields.required("file").table()
  return try table.column(fields.required("column"))
}

private func calendar(from field: YAMLField) throws(InputError) -> MarketCalendar {
  let fields = try field.mapping(["start", "spacing"])
  let start = try fields.required("start")
  guard let day = DateFormat.yearFirst.day(try start.text()) else {
    throw start.error(.invalid, "is '\(try start.text())', no day", "write it as 2024-02-29")
  }
  return MarketCalendar(start: day, spacing: try fields.required("spacing").choice(MediaHistory.Spacing.self))
}

private func target(from field: YAMLField) throws(InputError) -> Target {
  let (name, value) = try field.alternative(["cost_per_action", "return_on_spend"])
  return name == "cost_per_action" ? .costPerAction(try value.number()) : .returnOnSpend(try value.number())
}

private func drift(from field: YAMLField) throws(InputError) -> Drift {
  let fields = try field.mapping(["persistence", "price", "volume", "response"])
  return Drift(
    persistence: try fields["persistence"]?.number() ?? 0, price: try fields["price"]?.number() ?? 0,
    volume: try fields["volume"]?.number() ?? 0, response: try fields["response"]?.number() ?? 0)
}

private func randomization(from field: YAMLField) throws(InputError) -> Randomization {
  let fields = try field.mapping(["price", "volume", "response", "conversion"])
  return Randomization(
    price: try fields["price"]?.number() ?? 0, volume: try fields["volume"]?.number() ?? 0,
    response: try fields["response"]?.number() ?? 0, conversion: try fields["conversion"]?.number() ?? 0)
}

private func channel(from field: YAMLField) throws(InputError) -> MediaChannel {
  let fields = try field.mapping(["name", "minimum_level", "maximum_level", "auction", "response"])
  let kind: MediaChannel.Kind
  switch (fields["auction"], fields["response"]) {
  case (let auction?, nil): kind = .auction(try auctionChannel(from: auction))
  case (nil, let response?): kind = .response(try responseChannel(from: response))
  default:
    throw field.error(
      .invalid, "needs either 'auction' or 'response'", "describe the channel by one of the two")
  }
  return MediaChannel(
    name: try fields.required("name").text(), minimumLevel: try fields["minimum_level"]?.integer() ?? 0,
    maximumLevel: try fields["maximum_level"]?.integer(), kind: kind)
}

private func auctionChannel(from field: YAMLField) throws(InputError) -> AuctionChannel {
  let fields = try field.mapping([
    "volume", "prices", "price_unit", "pricing", "click_rate", "conversion_rate", "value_per_conversion",
    "fatigue", "delay", "bids",
  ])
  return AuctionChannel(
    volume: try fields.required("volume").number(), prices: try prices(from: fields.required("prices")),
    priceUnit: try fields["price_unit"]?.number() ?? 1e-5,
    pricing: try fields["pricing"]?.choice(AuctionChannel.Pricing.self) ?? .secondPrice,
    clickRate: try fields.required("click_rate").number(),
    conversionRate: try fields.required("conversion_rate").number(),
    valuePerConversion: try fields["value_per_conversion"]?.number() ?? 1,
    fatigue: try fields["fatigue"].map { field throws(InputError) in try fatigue(from: field) },
    delay: try fields["delay"].map { field throws(InputError) in try delay(from: field) },
    bids: try fields.required("bids").numbers())
}

private func prices(from field: YAMLField) throws(InputError) -> [Double] {
  guard field.isMapping else { return try field.numbers() }
  let fields = try field.mapping(["file", "campaign"])
  let table = try fields.required("file").table()
  return try table.row(where: "campaign", fields.required("campaign"), prefix: "n_price_")
}

private func fatigue(from field: YAMLField) throws(InputError) -> Fatigue {
  let fields = try field.mapping(["reach", "strength", "retention"])
  return Fatigue(
    reach: try fields.required("reach").number(), strength: try fields.required("strength").number(),
    retention: try fields.required("retention").number())
}

private func delay(from field: YAMLField) throws(InputError) -> ReportingDelay {
  let (name, value) = try field.alternative(["geometric", "shares"])
  return name == "geometric" ? .geometric(mean: try value.number()) : .shares(try value.numbers())
}

private func responseChannel(from field: YAMLField) throws(InputError) -> ResponseChannel {
  let fields = try field.mapping([
    "spends", "adstock", "saturation", "value_per_outcome", "noise", "recent", "curves",
  ])
  return ResponseChannel(
    spends: try fields.required("spends").numbers(),
    adstock: try fields["adstock"].map { field throws(InputError) in try adstock(from: field) } ?? .none,
    saturation: try saturation(from: fields.required("saturation")),
    valuePerOutcome: try fields["value_per_outcome"]?.number() ?? 1,
    noise: try fields["noise"]?.number() ?? 0,
    recent: try fields["recent"]?.numbers() ?? [],
    curves: try fields["curves"]?.items().map { field throws(InputError) in
      let fields = try field.mapping(["adstock", "saturation"])
      return ResponseCurve(
        adstock: try fields["adstock"].map { field throws(InputError) in try adstock(from: field) } ?? .none,
        saturation: try saturation(from: fields.required("saturation")))
    } ?? []
  )
}

private func saturation(from field: YAMLField) throws(InputError) -> Hill {
  let fields = try field.mapping(["maximum", "half_saturation", "slope"])
  return Hill(
    maximum: try fields.required("maximum").number(),
    halfSaturation: try fields.required("half_saturation").number(),
    slope: try fields["slope"]?.number() ?? 1)
}

private func adstock(from field: YAMLField) throws(InputError) -> Adstock {
  if !field.isMapping, try field.text() == "none" { return .none }
  let (name, value) = try field.alternative(["geometric", "weibull"])
  guard name == "weibull" else { return .geometric(retention: try value.number()) }
  let fields = try value.mapping(["shape", "scale", "length"])
  return .weibull(
    shape: try fields.required("shape").number(), scale: try fields.required("scale").number(),
    length: try fields.required("length").integer())
}
