import Budgets
import Documents

/// A request to a campaign, by the Open Inference Protocol's sequence extension
/// (<https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_sequence.md>).
struct CampaignRequest: Sendable {
  /// What comes out, in this order.
  enum Output: String, CaseIterable {
    case tick, bid, level
    case expectedSpend = "expected_spend"
    case expectedOutcome = "expected_outcome"
    case spendLimit = "spend_limit"
    case moneyPrice = "money_price"
    case budgetLeft = "budget_left"
    case flags, spend, wins, clicks, conversions
  }

  /// What the client calls the request; the response repeats it.
  let id: String?
  /// The campaign as JSON spells it, so that the number 7 and the text "7" are different ones.
  let sequence: String
  let isStart: Bool
  let isEnd: Bool
  /// What a tick showed; nil where the request has none.
  let results: TickResults?
  /// The new total to spend; nil for no change.
  let budget: Double?
  /// Which channels are paused; nil for no change.
  let paused: [Bool]?
  /// What the response holds, in order, and whether as raw bytes.
  let outputs: [(output: Output, isBinary: Bool)]

  /// Reads a request's body.
  ///
  /// - Parameters:
  ///   - body: JSON, and raw tensors behind it where `headerLength` says so.
  ///   - headerLength: the bytes of JSON in front of raw tensors.
  ///   - market: whose channels results are of.
  /// - Throws: a `ServingError` of status 400.
  init(
    _ body: UnsafeRawBufferPointer, headerLength: Int?, market: Market
  ) throws(ServingError) {
    let parts = try requestParts(of: body, headerLength: headerLength, Parts.init(json:raw:))
    id = parts.id
    sequence = try Self.sequence(parts.parameters["sequence_id"])
    isStart = try Self.flag(parts.parameters, "sequence_start")
    isEnd = try Self.flag(parts.parameters, "sequence_end")
    let tensors = parts.tensors
    let channels = market.channels.count
    budget = try tensors["budget"]?.numbers("FP64", count: 1)[0]
    paused = try tensors["mask"]?.numbers("BOOL", count: channels).map { $0 == 0 }
    results = try Self.results(tensors, market: market)
    outputs = try Self.outputs(
      parts.outputs, isBinary: parts.parameters["binary_data_output"] == .boolean(true))
    guard !isStart || results == nil else {
      throw .invalid("A request that starts a campaign has no results: send them with the next.")
    }
  }

  private static func sequence(_ id: JSONValue?) throws(ServingError) -> String {
    switch id {
    case .number(let text)?:
      guard let number = UInt64(text) else {
        throw .invalid("The parameter 'sequence_id' is \(text): give a whole number or a text.")
      }
      guard number > 0 else { break }
      return "\(number)"
    case .string(let text)?:
      guard text.utf8.count <= 256 else {
        throw .invalid("The parameter 'sequence_id' has more than 256 bytes.")
      }
      guard !text.isEmpty else { break }
      return JSONValue.string(text).text()
    case nil, .null?: break
    default: throw .invalid("The parameter 'sequence_id' is neither a number nor a text.")
    }
    throw .invalid("The request needs the parameter 'sequence_id': a number above 0, or a text.")
  }

  private static func flag(
    _ parameters: [String: JSONValue], _ name: String
  ) throws(ServingError) -> Bool {
    switch parameters[name] {
    case nil, .null?: return false
    case .boolean(let value)?: return value
    default: throw .invalid("The parameter '\(name)' is no truth value.")
    }
  }

  private static func results(
    _ tensors: CampaignTensors, market: Market
  ) throws(ServingError) -> TickResults? {
    let names = ["tick", "bid", "wins", "spend", "clicks", "conversions"]
    guard names.contains(where: { tensors.holds($0) }) else { return nil }
    let hasAuctions = market.channels.contains { if case .auction = $0.kind { true } else { false } }
    let channels = market.channels.count
    func numbers(_ name: String) throws(ServingError) -> [Double] {
      guard let tensor = tensors[name] else {
        guard !hasAuctions, name == "wins" || name == "clicks" else {
          throw .invalid("The request has results without the input '\(name)'.")
        }
        return [Double](repeating: 0, count: channels)
      }
      return try tensor.numbers("FP64", count: channels)
    }
    guard let tick = tensors["tick"] else {
      throw .invalid("The request has results without the input 'tick'.")
    }
    let number = try tick.numbers("INT64", count: 1)[0]
    guard let tick = Int(exactly: number) else { throw .invalid("The input 'tick' is no whole number.") }
    let (bids, wins, spends) = (try numbers("bid"), try numbers("wins"), try numbers("spend"))
    let (clicks, conversions) = (try numbers("clicks"), try numbers("conversions"))
    return TickResults(
      tick: tick,
      channels: (0..<channels).map {
        TickResults.Channel(
          bid: bids[$0], wins: wins[$0], spend: spends[$0], clicks: clicks[$0], conversions: conversions[$0])
      })
  }

  private static func outputs(
    _ list: JSONValue?, isBinary: Bool
  ) throws(ServingError) -> [(Output, Bool)] {
    guard let list, list != .null, list != [] else { return Output.allCases.map { ($0, isBinary) } }
    guard let entries = list.array else { throw .invalid("'outputs' is no list.") }
    var outputs: [(Output, Bool)] = []
    for entry in entries {
      guard let name = entry["name"]?.string, let output = Output(rawValue: name) else {
        let known = Output.allCases.map(\.rawValue).joined(separator: ", ")
        throw .invalid("There is no output '\(entry["name"]?.string ?? "")': there are \(known).")
      }
      guard !outputs.contains(where: { $0.0 == output }) else {
        throw .invalid("The output '\(name)' stands twice in the request.")
      }
      outputs.append((output, entry["parameters"]?["binary_data"].map { $0 == true } ?? isBinary))
    }
    return outputs
  }
}

/// The members of a request's document that count.
private struct Parts {
  var id: String?
  var parameters: [String: JSONValue] = [:]
  var tensors = CampaignTensors()
  var outputs: JSONValue?

  init(json: UnsafeRawBufferPointer, raw: UnsafeRawBufferPointer) throws {
    var scanner = JSONScanner(json, depthLimit: 64)
    var raw = raw
    var object = try scanner.object()
    while let key = try scanner.key(in: &object) {
      switch (key, scanner.kind()) {
      case ("id", _): id = try scanner.scalar()?.string
      case ("parameters", .object):
        var members = try scanner.object()
        while let name = try scanner.key(in: &members) { parameters[name] = try scanner.value() }
      case ("inputs", .array):
        var list = try scanner.array()
        while try scanner.next(in: &list) { try tensors.add(.init(&scanner, raw: &raw)) }
      case ("inputs", let kind) where kind != .null: throw ServingError.invalid("'inputs' is no list.")
      case ("outputs", _): outputs = try scanner.value()
      default: try scanner.skip()
      }
    }
    try scanner.end()
    guard raw.isEmpty else { throw ServingError.invalid("\(raw.count) raw bytes belong to no input.") }
  }
}
