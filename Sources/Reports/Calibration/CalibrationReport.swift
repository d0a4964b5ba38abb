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
        "seasonal_naive_nrmse": holdout.seasonalNaive.map { JSONValue($0.nrmse) } ?? .null,
        "seasonal_naive_mape": holdout.seasonalNaive.map { JSONValue($0.mape) } ?? .null,
      ],
      "channels": .array(
        calibration.channels.map { channel in
          [
            "name": .string(channel.name), "spend": JSONValue(channel.spend),
            "contribution": JSONValue(channel.contribution), "roas": JSONValue(channel.roas),
            "roas_ci90": [JSONValue(channel.roas90.lowerBound), JSONValue(channel.roas90.upperBound)],
          ]
        }),
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
    let holdout = calibration.holdout
    var scores = TextTable(["forecast of the last \(holdout.ticks) ticks", "NRMSE", "MAPE"])
    for (name, score) in [
      ("this model", holdout.model as Holdout.Score?), ("ridge regression", holdout.ridge),
      ("a year before", holdout.seasonalNaive),
    ] {
      guard let score else { continue }
      scores.append([
        name, String(format: "%.4f", score.nrmse), String(format: "%.1f %%", 100 * score.mape),
      ])
    }
    let notes = calibration.notes.map { "Note: \($0).\n" }.joined()
    return channels.text + "\n" + scores.text + "\n" + notes
      + String(
        format: "Explains %.1f %% of the variance of %d ticks. Took %.1f s.\n", 100 * calibration.explained,
        ticks, seconds)
      + "The market is in \(market), \(calibration.posterior.count) posterior draws in \(posterior)\n"
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
