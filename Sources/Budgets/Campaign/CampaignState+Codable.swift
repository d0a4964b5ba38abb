import Foundation

/// Numbers, or values of nothing but numbers, that are stored as the base64 of their bytes, little end first: exact, short
/// and fast.
struct PackedNumbers<Element: BitwiseCopyable & Sendable & Equatable>: Codable, Sendable, Equatable {
  var values: [Element] = []

  init(_ values: [Element] = []) { self.values = values }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let size = MemoryLayout<Element>.stride
    guard let data = Data(base64Encoded: try container.decode(String.self)), data.count % size == 0 else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "These are no packed numbers.")
    }
    values = data.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: size).map {
        bytes.loadUnaligned(fromByteOffset: $0, as: Element.self)
      }
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(values.withUnsafeBytes { Data($0) }.base64EncodedString())
  }
}

// What is long is packed: a server writes a state for every request, and JSON's numbers by their keys cost ten times as much.
extension CampaignState: Codable {
  private enum CodingKeys: String, CodingKey {
    case market, tick, paused, totals, decision, fallbacks, last, unit, budget, memory
    case addedTraffic = "added_traffic"
  }

  private struct StoredResults: Codable {
    let tick: Int
    let channels: PackedNumbers<TickResults.Channel>
  }

  private struct StoredDecision: Codable {
    struct Numbers: BitwiseCopyable, Sendable, Equatable {
      let level: Int64
      let bid, expectedSpend, expectedOutcome, spendLimit: Double
    }
    let tick: Int
    let moneyPrice, budgetLeft: Double
    let names: [String]
    let channels: PackedNumbers<Numbers>
    let flags: [CampaignDecision.Flag]

    init(_ decision: CampaignDecision) {
      tick = decision.tick
      moneyPrice = decision.moneyPrice
      budgetLeft = decision.budgetLeft
      names = decision.channels.map(\.name)
      flags = decision.flags
      channels = PackedNumbers(
        decision.channels.map {
          Numbers(
            level: Int64($0.level), bid: $0.bid, expectedSpend: $0.expectedSpend,
            expectedOutcome: $0.expectedOutcome, spendLimit: $0.spendLimit)
        })
    }

    var decision: CampaignDecision {
      CampaignDecision(
        tick: tick, moneyPrice: moneyPrice, budgetLeft: budgetLeft,
        channels: zip(names, channels.values).map { name, numbers in
          CampaignDecision.Channel(
            name: name, level: Int(numbers.level), bid: numbers.bid, expectedSpend: numbers.expectedSpend,
            expectedOutcome: numbers.expectedOutcome, spendLimit: numbers.spendLimit)
        }, flags: flags)
    }
  }

  /// Reads what `encode(to:)` wrote.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    market = try container.decode(String.self, forKey: .market)
    tick = try container.decode(Int.self, forKey: .tick)
    addedTraffic = try container.decode(PackedNumbers<Double>.self, forKey: .addedTraffic).values
    paused = try container.decode([Bool].self, forKey: .paused)
    totals = try container.decode(PackedNumbers<Totals>.self, forKey: .totals).values
    decision = try container.decodeIfPresent(StoredDecision.self, forKey: .decision)?.decision
    fallbacks = try container.decode(Int.self, forKey: .fallbacks)
    last = try container.decodeIfPresent(StoredResults.self, forKey: .last).map {
      TickResults(tick: $0.tick, channels: $0.channels.values)
    }
    unit = try container.decode(MoneyUnit.self, forKey: .unit)
    budget = try container.decode(Int64.self, forKey: .budget)
    memory = try container.decode(CampaignMemory.self, forKey: .memory)
  }

  /// Writes the state, its long lists as the base64 of their bytes.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(market, forKey: .market)
    try container.encode(tick, forKey: .tick)
    try container.encode(PackedNumbers(addedTraffic), forKey: .addedTraffic)
    try container.encode(paused, forKey: .paused)
    try container.encode(PackedNumbers(totals), forKey: .totals)
    try container.encodeIfPresent(decision.map(StoredDecision.init), forKey: .decision)
    try container.encode(fallbacks, forKey: .fallbacks)
    try container.encodeIfPresent(
      last.map { StoredResults(tick: $0.tick, channels: PackedNumbers($0.channels)) }, forKey: .last)
    try container.encode(unit, forKey: .unit)
    try container.encode(budget, forKey: .budget)
    try container.encode(memory, forKey: .memory)
  }
}
