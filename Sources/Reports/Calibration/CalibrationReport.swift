import Applications
import Apportion
import Documents
import Foundation
import Runs

/// What a calibration found.
package struct CalibrationReport: Document {
  /// The market's file.
  package let market: String
  /// The file of the posterior draws.
  package let posterior: String
  /// The length of the history.
  package let ticks: Int
  package let calibration: MediaMixCalibration
  /// The time it took, reading and writing included.
  package let seconds: Double

  /// The calibration for machines.
  package func encode(to encoder: any Encoder) throws {
    let holdout = calibration.holdout
    try Contents(
      market: market, plausible: posterior, draws: calibration.posterior.count, ticks: ticks,
      explained: calibration.explained,
      holdout: .init(
        ticks: holdout.ticks, nrmse: holdout.model.nrmse, mape: holdout.model.mape,
        ridgeNrmse: holdout.ridge.nrmse, ridgeMape: holdout.ridge.mape, wape: holdout.model.wape,
        ridgeWape: holdout.ridge.wape, seasonalNaiveNrmse: holdout.seasonalNaive?.nrmse,
        seasonalNaiveMape: holdout.seasonalNaive?.mape),
      channels: calibration.channels.map {
        .init(
          name: $0.name, spend: $0.spend, contribution: $0.contribution, roas: $0.roas,
          roasCi90: ends($0.roas90), chanceOfNothing: $0.chanceOfNothing,
          prior: $0.prior.map { .init(return: $0.mean, deviation: $0.deviation) },
          costPerExposure: $0.costPerExposure)
      },
      experiments: calibration.tests.map {
        .init(
          channel: $0.experiment.channel, from: "\($0.experiment.days.lowerBound)",
          to: "\($0.experiment.days.upperBound)", outcomeChange: $0.experiment.outcomeChange,
          deviation: $0.experiment.deviation, estimate: $0.outcomeChange,
          estimateCi90: ends($0.outcomeChange90))
      },
      organic: calibration.organic.map {
        .init(name: $0.name, contribution: $0.contribution, contributionCi90: ends($0.interval))
      },
      regions: calibration.regions.map { .init(name: $0.name, outcome: $0.outcome, spend: $0.spend) },
      currency: calibration.market.currency, notes: calibration.notes, seconds: seconds
    ).encode(to: encoder)
  }

  private func ends(_ interval: ClosedRange<Double>) -> [Double] {
    [interval.lowerBound, interval.upperBound]
  }

  private struct Contents: Encodable {
    struct Scores: Encodable {
      let ticks: Int
      let nrmse, mape, ridgeNrmse, ridgeMape, wape, ridgeWape: Double
      let seasonalNaiveNrmse, seasonalNaiveMape: Double?
    }
    struct Prior: Encodable { let `return`, deviation: Double }
    struct Channel: Encodable {
      let name: String
      let spend, contribution, roas: Double
      let roasCi90: [Double]
      let chanceOfNothing: Double
      let prior: Prior?
      let costPerExposure: Double?
    }
    struct Experiment: Encodable {
      let channel, from, to: String
      let outcomeChange, deviation, estimate: Double
      let estimateCi90: [Double]
    }
    struct Organic: Encodable {
      let name: String
      let contribution: Double
      let contributionCi90: [Double]
    }
    struct Region: Encodable {
      let name: String
      let outcome, spend: Double
    }

    /// The files of the market and of the posterior draws.
    let market, plausible: String
    let draws, ticks: Int
    let explained: Double
    let holdout: Scores
    let channels: [Channel]
    let experiments: [Experiment]
    let organic: [Organic]
    let regions: [Region]
    let currency: String
    let notes: [String]
    let seconds: Double
  }

  /// The calibration for people.
  package var text: String {
    var channels = TextTable([
      "channel", "spend", "contribution", "return", "90 % interval", "adstock", "slope",
    ])
    let spend = ColumnUnit(calibration.channels.map(\.spend))
    let contribution = ColumnUnit(calibration.channels.map(\.contribution))
    for channel in calibration.channels {
      channels.append([
        channel.name, spend.text(channel.spend), contribution.text(channel.contribution),
        format(channel.roas),
        "\(format(channel.roas90.lowerBound)) to \(format(channel.roas90.upperBound))",
        describe(channel.response.adstock), format(channel.response.saturation.slope),
      ])
    }
    let further = furtherTables
    let holdout = calibration.holdout
    var scores = TextTable(["forecast of the last \(holdout.ticks) ticks", "NRMSE", "MAPE", "WAPE"])
    for (name, score) in [
      ("this model", holdout.model as Holdout.Score?), ("ridge regression", holdout.ridge),
      ("a year before", holdout.seasonalNaive),
    ] {
      guard let score else { continue }
      scores.append([
        name, String(format: "%.4f", score.nrmse), String(format: "%.1f %%", 100 * score.mape),
        String(format: "%.1f %%", 100 * score.wape),
      ])
    }
    let notes = calibration.notes.map { "Note: \($0).\n" }.joined()
    return channels.text + "\n" + further + scores.text + "\n" + notes
      + String(
        format: "Explains %.1f %% of the variance of %d ticks. Took %.1f s.\n", 100 * calibration.explained,
        ticks, seconds)
      + "The market is in \(market), \(calibration.posterior.count) posterior draws in \(posterior)\n"
  }

  /// What was known before, tests, what cost no money, what exposures cost, and the regions: tables where there are any.
  private var furtherTables: String {
    var text = ""
    let known = calibration.channels.filter { $0.prior != nil }
    if !known.isEmpty {
      var table = TextTable(["channel", "return known before", "return now", "90 % interval"])
      for channel in known {
        guard let prior = channel.prior else { continue }
        table.append([
          channel.name, "\(format(prior.mean)) ± \(format(prior.deviation))", format(channel.roas),
          "\(format(channel.roas90.lowerBound)) to \(format(channel.roas90.upperBound))",
        ])
      }
      text += table.text + "\n"
    }
    if !calibration.tests.isEmpty {
      var table = TextTable(["test", "from", "to", "change measured", "change now", "90 % interval"])
      for test in calibration.tests {
        let (known, range) = (test.experiment, test.outcomeChange90)
        table.append([
          known.channel, "\(known.days.lowerBound)", "\(known.days.upperBound)",
          "\(format(known.outcomeChange)) ± \(format(known.deviation))", format(test.outcomeChange),
          "\(format(range.lowerBound)) to \(format(range.upperBound))",
        ])
      }
      text += table.text + "\n"
    }
    if !calibration.organic.isEmpty {
      var table = TextTable(["organic", "contribution", "90 % interval"])
      for driver in calibration.organic {
        table.append([
          driver.name, readable(driver.contribution),
          "\(readable(driver.interval.lowerBound)) to \(readable(driver.interval.upperBound))",
        ])
      }
      text += table.text + "\n"
    }
    for channel in calibration.channels {
      guard let cost = channel.costPerExposure else { continue }
      text += "\(channel.name): an exposure costs \(format(cost)).\n"
    }
    if !calibration.regions.isEmpty {
      var table = TextTable(["region", "outcome", "spend"])
      for region in calibration.regions {
        table.append([region.name, readable(region.outcome), readable(region.spend)])
      }
      text += table.text + "\n"
    }
    return text
  }

  private func format(_ number: Double) -> String { String(format: "%.4g", number) }

  private func describe(_ adstock: Adstock) -> String {
    switch adstock {
    case .none: "none"
    case .geometric(let retention): "geometric \(retention)"
    case .weibull(let shape, let scale, _): "weibull \(format(shape)), \(format(scale))"
    }
  }
}
