import Foundation
import Learning
import LinearAlgebra

/// What the campaigns of a model would come to if the market were as described: `campaignCount` of them, simulated.
///
/// ```swift
/// let forecast = CampaignForecast(model)
/// print(CampaignAppraisal(history, forecast: forecast).sentences)
/// ```
/// They give the plan that spend is paced against, the bands in which nine campaigns of ten lie, and a test of whether a
/// campaign's market is as described, whose false alarms are `falseAlarmRate` of campaigns, all looks at them together.
package final class CampaignForecast: Sendable {
  /// What of a campaign has a band.
  package struct Band: Sendable, Equatable {
    /// Of a hundred campaigns, five lie below the first, half below the second and five above the third.
    package let low, median, high: Double

    init(_ values: [Double]) {
      let sorted = values.sorted()
      func quantile(_ share: Double) -> Double { sorted[Int((share * Double(sorted.count - 1)).rounded())] }
      (low, median, high) = (quantile(0.05), quantile(0.5), quantile(0.95))
    }
  }

  /// The share of campaigns in a market as described that the test takes for others.
  package static let falseAlarmRate = 0.01

  /// The market.
  package let market: Market
  /// The total to spend.
  package let budget: Double
  /// By tick: the money spent until its end, of all channels.
  package let spend: [Band]
  /// By tick: the outcome until its end, of all channels.
  package let outcome: [Band]
  /// By tick and channel.
  package let channelSpend, channelOutcome: [[Band]]

  /// By tick: the mean of each departure. By departure: what it stays below in most campaigns, at all ticks.
  private let means: [[Double]]
  private let scales: [Double]
  /// Beyond this many scales at any tick, a market is not as described.
  let threshold: Double

  private static let scaling = 200
  private static let ranked = 399
  /// How many campaigns are simulated.
  package static let campaignCount = scaling + ranked

  /// Simulates campaigns of a model.
  ///
  /// Complexity: `campaignCount` episodes; some two seconds for nine channels and 48 ticks on two cores.
  /// - Parameter budget: the money to spend; nil for the market's.
  package init(_ model: CampaignModel, budget: Double? = nil, seed: UInt64 = 0x6D6F_6E69_746F_72) {
    var market = model.market
    market.budget = budget ?? market.budget
    self.market = market
    self.budget = market.budget
    let histories = MarketEvaluation(market: market, episodes: Self.scaling + Self.ranked, seed: seed)
      .record(model.entry)
    let (ticks, channels) = (market.ticks, market.channels.count)
    func sums(_ value: (TickResults.Channel) -> Double) -> [[[Double]]] {
      histories.map { history in
        var sums = [Double](repeating: 0, count: channels)
        return history.map { results in
          for channel in 0..<channels { sums[channel] += value(results.channels[channel]) }
          return sums
        }
      }
    }
    let (spends, outcomes) = (sums(\.spend), sums(\.conversions))
    func bands(_ sums: [[[Double]]]) -> [Band] {
      (0..<ticks).map { tick in Band(sums.map { $0[tick].reduce(0, +) }) }
    }
    func channelBands(_ sums: [[[Double]]]) -> [[Band]] {
      (0..<ticks).map { tick in (0..<channels).map { channel in Band(sums.map { $0[tick][channel] }) } }
    }
    (spend, outcome) = (bands(spends), bands(outcomes))
    (channelSpend, channelOutcome) = (channelBands(spends), channelBands(outcomes))

    let money = market.budget
    let departures = concurrentMap(count: histories.count) { [market] index in
      market.departures(of: histories[index], budget: money)
    }
    let first = departures.prefix(Self.scaling)
    let columns = departures[0][0].count
    let means = (0..<ticks).map { tick in
      (0..<columns).map { column in first.reduce(0.0) { $0 + $1[tick][column] } / Double(Self.scaling) }
    }
    func farthest(_ rows: [[Double]], _ column: Int) -> Double {
      rows.indices.reduce(0) { max($0, abs(rows[$1][column] - means[$1][column])) }
    }
    let scales = (0..<columns).map { column in
      let place = column % MarketFactor.allCases.count
      let (between, within) = market.variances(of: MarketFactor.allCases[place])
      // What few campaigns buy tells little in most: no less than one deviation of what is well known.
      let least = 1 / (between + within + 0.01).squareRoot()
      return max(Band(first.map { farthest($0, column) }).high, least)
    }
    (self.means, self.scales) = (means, scales)
    // A campaign of the same market is one of the four largest of 400 with a chance of 4 in 400, whatever the law.
    let highest = departures.dropFirst(Self.scaling).map { rows in
      (0..<columns).reduce(0.0) { max($0, farthest(rows, $1) / scales[$1]) }
    }.sorted()
    threshold = highest[highest.count - Int(Self.falseAlarmRate * Double(Self.ranked + 1))]
  }

  /// How far a departure lies from its mean, in scales.
  func distance(_ departure: Double, tick: Int, column: Int) -> Double {
    (departure - means[tick][column]) / scales[column]
  }
}

extension CampaignModel {
  /// The model's player in simulated episodes.
  var entry: MarketEvaluation.Entry {
    let (market, models) = (market, market.weighedModels)
    switch policy {
    case .network(let policy):
      if let environment = try? BudgetAllocation(market: market, seenBy: policy) {
        return .init("policy") { PolicyStrategy(policy: policy, environment: environment) }
      }
    case .weaklyCoupled(let policy):
      if let problem = try? WeaklyCoupledMarket(market: market, seenBy: policy) {
        return .init("policy") { WeaklyCoupledStrategy(policy: policy, problem: problem) }
      }
    case nil: break
    }
    return .init("plan") { ReplanStrategy(market: market, models: models) }
  }
}
