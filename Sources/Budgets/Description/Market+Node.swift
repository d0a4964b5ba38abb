import Yams

extension Market {
  /// The market as a YAML tree, every key spelled out in the order of the schema.
  var node: Node { node(landscapes: nil) }

  /// The tree with histograms of prices left to a file; nil spells them out.
  func node(landscapes: String?) -> Node {
    var fields = Fields()
    fields["name"] = name.node
    if !summary.isEmpty { fields["summary"] = summary.node }
    fields["currency"] = currency.node
    fields["ticks"] = ticks.node
    if let calendar {
      fields["calendar"] = Fields.flow(
        ("start", calendar.start.description.node), ("spacing", calendar.spacing.rawValue.node))
    }
    fields["season"] = season.node
    fields["budget"] = budget.node
    fields["tick_cap"] = tickCap?.node
    fields["objective"] = objective.rawValue.node
    switch target {
    case .costPerAction(let cost): fields["target"] = Fields.flow(("cost_per_action", cost.node))
    case .returnOnSpend(let ratio): fields["target"] = Fields.flow(("return_on_spend", ratio.node))
    case nil: break
    }
    fields["drift"] = Fields.flow(
      ("persistence", drift.persistence.node), ("price", drift.price.node), ("volume", drift.volume.node),
      ("response", drift.response.node))
    fields["randomization"] = Fields.flow(
      ("price", randomization.price.node), ("volume", randomization.volume.node),
      ("response", randomization.response.node), ("conversion", randomization.conversion.node))
    fields["channels"] = Node(channels.map { $0.node(landscapes: landscapes) })
    return fields.node
  }
}

extension MediaChannel {
  fileprivate func node(landscapes: String?) -> Node {
    var fields = Fields()
    fields["name"] = name.node
    fields["minimum_level"] = minimumLevel.node
    fields["maximum_level"] = maximumLevel.node
    switch kind {
    case .auction(let auction):
      fields["auction"] = auction.node(
        prices: landscapes.map { Fields.flow(("file", $0.node), ("campaign", name.node)) })
    case .response(let response): fields["response"] = response.node
    }
    return fields.node
  }
}

extension AuctionChannel {
  fileprivate func node(prices reference: Node?) -> Node {
    var fields = Fields()
    fields["volume"] = volume.node
    fields["prices"] = reference ?? prices.node
    fields["price_unit"] = priceUnit.node
    fields["pricing"] = pricing.rawValue.node
    fields["click_rate"] = clickRate.node
    fields["conversion_rate"] = conversionRate.node
    fields["value_per_conversion"] = valuePerConversion.node
    if let fatigue {
      fields["fatigue"] = Fields.flow(
        ("reach", fatigue.reach.node), ("strength", fatigue.strength.node),
        ("retention", fatigue.retention.node))
    }
    switch delay {
    case .geometric(let mean): fields["delay"] = Fields.flow(("geometric", mean.node))
    case .shares(let shares): fields["delay"] = Fields.flow(("shares", shares.node))
    case nil: break
    }
    fields["bids"] = bids.node
    return fields.node
  }
}

extension ResponseChannel {
  fileprivate var node: Node {
    var fields = Fields()
    fields["spends"] = spends.node
    fields["adstock"] = adstock.node
    fields["saturation"] = saturation.node
    fields["value_per_outcome"] = valuePerOutcome.node
    fields["noise"] = noise.node
    if !recent.isEmpty { fields["recent"] = recent.node }
    if !curves.isEmpty {
      fields["curves"] = Node(
        curves.map { Fields.flow(("adstock", $0.adstock.node), ("saturation", $0.saturation.node)) })
    }
    return fields.node
  }
}

extension Adstock {
  fileprivate var node: Node {
    switch self {
    case .none: "none".node
    case .geometric(let retention): Fields.flow(("geometric", retention.node))
    case .weibull(let shape, let scale, let length):
      Fields.flow(
        ("weibull", Fields.flow(("shape", shape.node), ("scale", scale.node), ("length", length.node))))
    }
  }
}

extension Hill {
  fileprivate var node: Node {
    Fields.flow(
      ("maximum", maximum.node), ("half_saturation", halfSaturation.node), ("slope", slope.node))
  }
}

/// A mapping being written, in order.
private struct Fields {
  private var pairs: [(Node, Node)] = []

  /// Adds a field; nil adds nothing.
  subscript(key: String) -> Node? {
    get { pairs.first { $0.0.string == key }?.1 }
    set { if let newValue { pairs.append((key.node, newValue)) } }
  }

  var node: Node { Node(pairs) }

  static func flow(_ pairs: (String, Node)...) -> Node {
    Node(pairs.map { ($0.0.node, $0.1) }, .implicit, .flow)
  }
}

extension String {
  fileprivate var node: Node { Node(self) }
}

extension Int {
  fileprivate var node: Node { Node(String(self), Tag(.int)) }
}

extension Double {
  /// The shortest text that reads back as the same number.
  fileprivate var node: Node {
    let whole = self == rounded() && abs(self) < 1e15
    return Node(whole ? String(Int(self)) : String(self), Tag(whole ? .int : .float))
  }
}

extension [Double] {
  fileprivate var node: Node { Node(map(\.node), .implicit, .flow) }
}
