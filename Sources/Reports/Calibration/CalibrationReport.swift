import Apportion
import Documents
import Foundation
import Runs

/// What a calibration found.
package struct CalibrationReport: Sendable {
  /// The market's file.
  package let market: String
  /// The file of the posterior draws.
  package let posterior: String
  /// The length of the history.
  package let ticks: Int
  package let calibration: MediaMixCalibration
  /// The time it took, reading and writing included.
  package let seconds: Double

  /// The calibration as JSON.
  package var json: JSONValue {
    let holdout = calibration.holdout
    return [
      "market": .string(market), "plausible": .string(posterior),
      "draws": JSONValue(calibration.posterior.count),
      "ticks": JSONValue(ticks), "explained": JSONValue(calibration.explained),
      "holdout": [
        "ticks": JSONValue(holdout.ticks), "nrmse": JSONValue(holdout.model.nrmse),
        "mape": JSONValue(holdout.model.mape), "ridge_nrmse": JSONValue(holdout.ridge.nrmse),
        "ridge_mape": JSONValue(holdout.ridge.mape),
        "wape": JSONValue(holdout.model.wape), "ridge_wape": JSONValue(holdout.ridge.wape),
        "seasonal_naive_nrmse": holdout.seasonalNaive.map { JSONValue($0.nrmse) } ?? .null,
        "seasonal_naive_mape": holdout.seasonalNaive.map { JSONValue($0.mape) } ?? .null,
      ],
      "channels": .array(
        calibration.channels.map { channel in
          [
            "name": .string(channel.name), "spend": JSONValue(channel.spend),
            "contribution": JSONValue(channel.contribution), "roas": JSONValue(channel.roas),
            "roas_ci90": [JSONValue(channel.roas90.lowerBound), JSONValue(channel.roas90.upperBound)],
            "chance_of_nothing": JSONValue(channel.chanceOfNothing),
            "prior": channel.prior.map {
              ["return": JSONValue($0.mean), "deviation": JSONValue($0.deviation)]
            } ?? .null,
            "cost_per_exposure": channel.costPerExposure.map { JSONValue($0) } ?? .null,
          ]
        }),
      "experiments": .array(
        calibration.tests.map { test in
          [
            "channel": .string(test.experiment.channel),
            "from": .string("\(test.experiment.days.lowerBound)"),
            "to": .string("\(test.experiment.days.upperBound)"),
            "outcome_change": JSONValue(test.experiment.outcomeChange),
            "deviation": JSONValue(test.experiment.deviation),
            "estimate": JSONValue(test.outcomeChange),
            "estimate_ci90": [
              JSONValue(test.outcomeChange90.lowerBound), JSONValue(test.outcomeChange90.upperBound),
            ],
          ]
        }),
      "organic": .array(
        calibration.organic.map { driver in
          [
            "name": .string(driver.name), "contribution": JSONValue(driver.contribution),
            "contribution_ci90": [
              JSONValue(driver.interval.lowerBound), JSONValue(driver.interval.upperBound),
            ],
          ]
        }),
      "regions": .array(
        calibration.regions.map { region in
          [
            "name": .string(region.name), "outcome": JSONValue(region.outcome),
            "spend": JSONValue(region.spend),
          ]
        }),
      "currency": .string(calibration.market.currency),
      "notes": .array(calibration.notes.map { .string($0) }), "seconds": JSONValue(seconds),
    ]
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
