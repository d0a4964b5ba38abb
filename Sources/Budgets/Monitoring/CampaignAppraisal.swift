import Documents
import Foundation

/// A campaign as far as it went, beside what was to be expected.
package struct CampaignAppraisal: Sendable {
  /// Something that is not as the market describes it.
  package struct Departure: Sendable, Equatable {
    /// After which tick it showed.
    package let tick: Int
    /// The channel's name; nil where it is all of them together.
    package let channel: String?
    /// What it is.
    package let factor: MarketFactor
    /// What the campaign has shown until now over what the market leads one to expect.
    package let ratio: Double
  }

  /// One channel.
  package struct Channel: Sendable {
    /// The channel's name.
    package let name: String
    /// The money spent, and the outcome.
    package let spend, outcome: Double
    /// In what they were to lie; nil before the first tick.
    package let spendBand, outcomeBand: CampaignForecast.Band?
    /// What was seen over what was expected; nil where nothing can be said.
    package let ratios: [MarketFactor: Double]
  }

  /// The number of ticks played.
  package let tick: Int
  /// The total to spend, the money spent, and the outcome.
  package let budget, spend, outcome: Double
  /// In what money spent and outcome were to lie; nil before the first tick, and of ticks that were added.
  package let spendBand, outcomeBand: CampaignForecast.Band?
  /// By tick: the money spent and the outcome until its end.
  package let path: [(spend: Double, outcome: Double)]
  /// The channels, in the market's order.
  package let channels: [Channel]
  /// The first thing that showed the market not to be as described; nil where nothing did.
  package let departure: Departure?

  /// Sets a campaign beside its forecast.
  ///
  /// - Parameter history: the results of its ticks from 0 on, corrections in their places.
  package init(_ history: [TickResults], forecast: CampaignForecast) {
    let market = forecast.market
    tick = history.count
    budget = forecast.budget
    var sums = market.channels.map { SeenAndExpected($0) }
    _ = market.replay(history, budget: forecast.budget, into: &sums) { _ in }
    var (spend, outcome) = (0.0, 0.0)
    path = history.map { results in
      spend += results.channels.reduce(0) { $0 + $1.spend }
      outcome += results.channels.reduce(0) { $0 + $1.conversions }
      return (spend, outcome)
    }
    (self.spend, self.outcome) = (spend, outcome)
    let known = history.isEmpty || history.count > market.ticks ? nil : history.count - 1
    spendBand = known.map { forecast.spend[$0] }
    outcomeBand = known.map { forecast.outcome[$0] }
    channels = market.channels.indices.map { index in
      let ratios = MarketFactor.allCases.filter { sums[index].expected[$0.rawValue] > 0 }
      return Channel(
        name: market.channels[index].name,
        spend: history.reduce(0) { $0 + $1.channels[index].spend },
        outcome: history.reduce(0) { $0 + $1.channels[index].conversions },
        spendBand: known.map { forecast.channelSpend[$0][index] },
        outcomeBand: known.map { forecast.channelOutcome[$0][index] },
        ratios: Dictionary(uniqueKeysWithValues: ratios.map { ($0, sums[index].ratio($0)) }))
    }
    departure = Self.departure(history, forecast: forecast, sums: sums)
  }

  /// The first departure beyond the threshold.
  private static func departure(
    _ history: [TickResults], forecast: CampaignForecast, sums: [SeenAndExpected]
  ) -> Departure? {
    let market = forecast.market
    let rows = market.departures(of: Array(history.prefix(market.ticks)), budget: forecast.budget)
    let factors = MarketFactor.allCases
    for (tick, row) in rows.enumerated() {
      let distances = row.indices.map { abs(forecast.distance(row[$0], tick: tick, column: $0)) }
      guard let column = distances.indices.max(by: { distances[$0] < distances[$1] }),
        distances[column] > forecast.threshold
      else { continue }
      let (channel, factor) = (column / factors.count, factors[column % factors.count])
      let isOne = channel < sums.count
      let ratio =
        isOne
        ? sums[channel].ratio(factor)
        : exp(sums.reduce(0) { $0 + $1.logRatio(factor) } / Double(sums.count))
      return Departure(
        tick: tick, channel: isOne ? market.channels[channel].name : nil, factor: factor, ratio: ratio)
    }
    return nil
  }

  /// What there is to say, in words.
  package var sentences: [String] {
    var sentences: [String] = []
    if let band = spendBand {
      let plan = "\(readable(spend)) are spent where the forecast has \(readable(band.median))"
      let range = "(nine of ten campaigns: \(readable(band.low)) to \(readable(band.high)))"
      let verdict = spend < band.low ? "Behind the plan" : spend > band.high ? "Ahead of the plan" : "On plan"
      sentences.append("\(verdict): \(plan) \(range).")
    }
    if let departure {
      let place = departure.channel.map { "'\($0)'" } ?? "all channels"
      let words =
        switch departure.factor {
        case .volume: "the auctions of \(place)"
        case .price: "the prices of \(place)"
        case .response: "the response of \(place)"
        case .conversion: "the conversions of clicks of \(place)"
        }
      sentences.append(
        "Reality has left the market's description: \(words) are \(String(format: "%.2f", departure.ratio)) times what it "
          + "says, clear since tick \(departure.tick); of campaigns in a market as described, "
          + "\(String(format: "%.0f", 100 * CampaignForecast.falseAlarmRate)) in 100 are told this.")
    }
    return sentences
  }

  /// The appraisal as a document.
  package var json: JSONValue {
    func band(_ band: CampaignForecast.Band?) -> JSONValue {
      band.map { [JSONValue($0.low), JSONValue($0.median), JSONValue($0.high)] } ?? .null
    }
    return [
      "spend": JSONValue(spend), "spend_band": band(spendBand), "outcome": JSONValue(outcome),
      "outcome_band": band(outcomeBand),
      "channels": .array(
        channels.map { channel in
          [
            "name": .string(channel.name), "spend": JSONValue(channel.spend),
            "spend_band": band(channel.spendBand), "outcome": JSONValue(channel.outcome),
            "outcome_band": band(channel.outcomeBand),
            "against_calibration": .object(
              MarketFactor.allCases.compactMap { factor in
                channel.ratios[factor].map { JSONValue.Member("\(factor)", JSONValue($0)) }
              }),
          ]
        }),
      "departure": departure.map { departure -> JSONValue in
        [
          "tick": JSONValue(departure.tick),
          "channel": departure.channel.map { JSONValue.string($0) } ?? .null,
          "factor": .string("\(departure.factor)"), "ratio": JSONValue(departure.ratio),
        ]
      } ?? .null,
      "sentences": .array(sentences.map { .string($0) }),
    ]
  }
}
