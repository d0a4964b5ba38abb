import Foundation
import Learning
import LinearAlgebra

/// What the campaigns of a model would come to if the market were as described: 399 of them, simulated.
///
/// ```swift
/// let forecast = CampaignForecast(model)
/// print(CampaignAppraisal(history, forecast: forecast).sentences)
/// ```
/// They give the plan that spend is paced against, the bands in which nine campaigns of ten lie, and a test of whether a
/// campaign's market is as described, whose false alarms are `falseAlarmRate` of campaigns, all looks at them together.
public final class CampaignForecast: Sendable {
  /// What of a campaign has a band.
  public struct Band: Sendable, Equatable {
    /// Of a hundred campaigns, five lie below the first, half below the second and five above the third.
    public let low, median, high: Double

    init(_ values: [Double]) {
      let sorted = values.sorted()
      func quantile(_ share: Double) -> Double { sorted[Int((share * Double(sorted.count - 1)).rounded())] }
      (low, median, high) = (quantile(0.05), quantile(0.5), quantile(0.95))
    }
  }

  /// The share of campaigns in a market as described that the test takes for others.
  public static let falseAlarmRate = 0.01

  /// The market.
  public let market: Market
  /// The total to spend.
  public let budget: Double
  /// By tick: the money spent until its end, of all channels.
  public let spend: [Band]
  /// By tick: the outcome until its end, of all channels.
  public let outcome: [Band]
  /// By tick and channel.
  public let channelSpend, channelOutcome: [[Band]]

  /// The mean and deviation of each departure, all ticks that tell something of it together.
  private let means, deviations: [Double]
  /// Above this many deviations at any tick, a market is not as described.
  let threshold: Double

  private static let scaling = 200
  private static let ranked = 199

  /// Simulates campaigns of a model.
  ///
  /// Complexity: 399 episodes; about a second for nine channels and 48 ticks on two cores.
  /// - Parameter budget: the money to spend; nil for the market's.
  public init(_ model: CampaignModel, budget: Double? = nil, seed: UInt64 = 0x6D6F_6E69_746F_72) {
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
    var (means, deviations) = ([Double](), [Double]())
    for column in 0..<columns {
      let told = first.flatMap { $0.map { $0[column] } }.filter { $0 != 0 }
      let mean = told.reduce(0, +) / Double(max(told.count, 1))
      let variance = told.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(told.count, 1))
      means.append(mean)
      // What few campaigns tell of keeps the deviation that follows from the description.
      deviations.append(told.count < Self.scaling ? 1 : max(variance.squareRoot(), 0.5))
    }
    (self.means, self.deviations) = (means, deviations)
    func distance(_ departure: Double, _ column: Int) -> Double {
      Self.distance(departure, mean: means[column], deviation: deviations[column])
    }
    // A campaign of the same market is the largest but one or larger of 200 with a chance of 2 in 200, whatever the law.
    let highest = departures.dropFirst(Self.scaling).map { rows in
      rows.reduce(0.0) { highest, row in
        row.indices.reduce(highest) { max($0, abs(distance(row[$1], $1))) }
      }
    }.sorted()
    threshold = highest[highest.count - Int(Self.falseAlarmRate * Double(Self.ranked + 1))]
  }

  /// How far a departure lies from its mean, in deviations; 0 where nothing was seen.
  func distance(_ departure: Double, column: Int) -> Double {
    Self.distance(departure, mean: means[column], deviation: deviations[column])
  }

  private static func distance(_ departure: Double, mean: Double, deviation: Double) -> Double {
    departure == 0 ? 0 : (departure - mean) / deviation
  }
}

extension CampaignModel {
  /// The model's player in simulated episodes.
  var entry: MarketEvaluation.Entry {
    let (market, models) = (market, market.channelModels)
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
