import Documents
import Foundation

/// A market calibrated from what was spent and what came of it.
///
/// ```swift
/// let history = try MediaHistory(CSVTable(contentsOf: "history.csv"), columns: columns)
/// let calibration = try MediaMixCalibration(history, name: "shop")
/// print(calibration.market.yaml)
/// ```
/// The model is that of Jin, Wang, Sun, Chan and Koehler (2017): baseline plus, for each channel, adstock and Hill's curve
/// with an effect of at least 0. See `MediaDesign` and `EffectSampler` for how it is fitted.
public struct MediaMixCalibration: Sendable {
  /// What is known of a channel.
  public struct ChannelEstimate: Sendable, Equatable {
    /// The channel.
    public let name: String
    /// Money over the history.
    public let spend: Double
    /// The outcome that it brought.
    public let contribution: Double
    /// Outcome per unit of money.
    public let roas: Double
    /// Between which returns nine of ten posterior draws lie.
    public let roas90: ClosedRange<Double>
    /// The share of posterior draws in which the channel brings nothing.
    public let chanceOfNothing: Double
    /// What was known of its return before, and its standard deviation; nil where nothing was.
    public let prior: (mean: Double, deviation: Double)?
    /// Money per unit of what its audience saw; nil where money drives the response.
    public let costPerExposure: Double?
    /// How money of the channel works.
    public let response: ResponseChannel

    /// Equal in all that is estimated.
    public static func == (a: ChannelEstimate, b: ChannelEstimate) -> Bool {
      a.name == b.name && a.spend == b.spend && a.contribution == b.contribution && a.roas90 == b.roas90
        && a.response == b.response
    }
  }

  /// A test that was known of beside what the calibration says of it.
  public struct TestEstimate: Sendable, Equatable {
    /// The test.
    public let experiment: Knowledge.Experiment
    /// The change of the outcome by the median of the posterior draws.
    public let outcomeChange: Double
    /// Between which changes nine of ten posterior draws lie.
    public let outcomeChange90: ClosedRange<Double>
  }

  /// The market: typical curves, with the last ticks' spends as its recent ones.
  public let market: Market
  /// Markets that the history might as well come from.
  public let posterior: PosteriorDraws
  /// What is known of each channel.
  public let channels: [ChannelEstimate]
  /// By driver that costs no money: what it brought, and between what nine of ten draws lie.
  public let organic: [(name: String, contribution: Double, interval: ClosedRange<Double>)]
  /// By test that was known of, in the order given: what it changed of the outcome by measurement and by the posterior draws.
  public let tests: [TestEstimate]
  /// By region of a panel: its outcome and its money.
  public let regions: [(name: String, outcome: Double, spend: Double)]
  /// How well the model forecasts.
  public let holdout: Holdout
  /// The share of the outcome's variance that the model explains.
  public let explained: Double
  /// What was done to the data, and what to beware of.
  public let notes: [String]

  /// Calibrates.
  ///
  /// Complexity: some 8 · 10³ sweeps over channels and shapes, the hold-out's included, and a matrix product of channels · shapes
  /// squared for each of eight rounds.
  /// - Parameter progress: called with the share of the work that is done.
  /// - Throws: `InputError` where the history is too short, or cannot be fitted.
  public init(
    _ history: MediaHistory, name: String, options: MediaMixOptions = MediaMixOptions(),
    progress: (Double) -> Void = { _ in }
  ) throws(InputError) {
    let choice = try SeasonChoice(history, options: options, rows: history.count)
    let parameters =
      BaselineColumns(history, season: choice.season, rows: history.count).columns.count
      + 4 * history.drivers.count
    guard history.isCounted.count(where: { $0 }) > parameters, history.count >= 30 else {
      throw InputError(
        .invalid, key: history.outcome.name,
        problem: "has \(history.count) ticks for \(parameters) parameters",
        remedy: "give more history, or fewer controls and channels")
    }
    holdout = try Holdout(history, options: options) { progress(0.4 * $0) }
    // A season that hardly shows may still be there: left out, it would pass for what media did.
    var options = options
    options.season = .init(harmonics: options.harmonics, hasTrend: true)
    let fit = try MediaMixFit(
      history, options: options, rows: history.count, draws: options.draws
    ) { progress(0.4 + 0.6 * $0) }
    let allDrawn = fit.draws.map { responses(history, fit, $0.shapes, $0.effects) }
    let allContributions = zip(allDrawn, fit.draws).map { drawn, draw in
      zip(zip(drawn, history.drivers), draw.effects).map { $1 > 0 ? contribution($0.0, $0.1) : 0 }
    }
    let count = history.spends.count
    let drawn = allDrawn.map { Array($0[..<count]) }
    let contributions = allContributions.map { Array($0[..<count]) }
    let best = typical(drawn, contributions, history)
    organic = history.organic.enumerated().map { place, series in
      let sorted = allContributions.map { $0[count + place] }.sorted()
      return (series.name, quantile(sorted, 0.5), quantile(sorted, 0.05)...quantile(sorted, 0.95))
    }
    tests = zip(options.knowledge.experiments, fit.evidence.tests).map { experiment, test in
      let sorted = fit.draws.map(test.value).sorted()
      return TestEstimate(
        experiment: experiment, outcomeChange: quantile(sorted, 0.5),
        outcomeChange90: quantile(sorted, 0.05)...quantile(sorted, 0.95))
    }
    regions = history.regions.map { region in
      (
        region.name, region.history.outcome.values.reduce(0, +),
        region.history.spends.reduce(0) { $0 + $1.values.reduce(0, +) }
      )
    }
    let drivers = history.drivers
    channels = history.spends.enumerated().map { index, series in
      let spend = series.values.reduce(0, +)
      let own = contribution(best[index], drivers[index])
      let sorted = contributions.map { $0[index] / spend }.sorted()
      return ChannelEstimate(
        name: series.name, spend: spend, contribution: own, roas: own / spend,
        roas90: quantile(sorted, 0.05)...quantile(sorted, 0.95),
        chanceOfNothing: Double(fit.draws.count { $0.effects[index] == 0 }) / Double(max(1, fit.draws.count)),
        prior: options.knowledge.channels[series.name]?.expectedReturn,
        costPerExposure: history.costPerExposure(channel: index), response: best[index])
    }
    let unexplained = fit.residuals.reduce(0) { $0 + $1 * $1 } * fit.scale * fit.scale
    let counted = history.days.indices.filter { history.isCounted[$0] }.map { history.outcome.values[$0] }
    let mean = counted.reduce(0, +) / Double(counted.count)
    explained = 1 - unexplained / counted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    market = calibratedMarket(
      history, name: name, responses: best, holdout: holdout, spread: logSpread(contributions),
      noise: (unexplained / Double(history.count)).squareRoot())
    posterior = PosteriorDraws(market: market, draws: drawn)
    notes =
      history.notes + (choice.note(asked: options.harmonics).map { [$0] } ?? [])
      + channels.filter { $0.chanceOfNothing >= 0.05 }.map {
        "\($0.name) may bring nothing: it does in \(Int((100 * $0.chanceOfNothing).rounded())) % of the posterior draws"
      }
  }
}

/// The response channels of a fit: maxima in units of outcome.
private func responses(
  _ history: MediaHistory, _ fit: MediaMixFit, _ shapes: [Int], _ coefficients: [Double]
) -> [ResponseChannel] {
  zip(history.drivers.indices, zip(shapes, coefficients)).map { index, found in
    let shape = fit.design.candidates[index].shapes[found.0]
    let driver = history.drivers[index]
    let series = index < history.spends.count ? history.spends[index] : driver
    let top = series.values.max() ?? 1
    return ResponseChannel(
      spends: (0..<16).map { level in top * pow(Double(level) / 15, 1.5) }, adstock: shape.adstock,
      saturation: Hill(
        maximum: max(found.1, 1e-9) * fit.scale, halfSaturation: shape.halfSaturation(of: driver.values),
        slope: shape.slope),
      recent: Array(series.values.suffix(history.spacing.planTicks)))
  }
}

/// By channel, the draw whose contributions by tick lie nearest to the mean of all draws, at the height that gives their
/// median contribution.
private func typical(
  _ drawn: [[ResponseChannel]], _ contributions: [[Double]], _ history: MediaHistory
) -> [ResponseChannel] {
  zip(history.spends.indices, history.drivers).map { index, series in
    let paths = drawn.map { contributionsByTick($0[index], series) }
    let mean = series.values.indices.map { tick in
      paths.reduce(0) { $0 + $1[tick] } / Double(paths.count)
    }
    let distances = paths.map { path in zip(path, mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
    let own = contributions.map { $0[index] }
    let nearest = own.indices.filter { own[$0] > 0 }.min { distances[$0] < distances[$1] } ?? 0
    var response = drawn[nearest][index]
    let median = quantile(own.sorted(), 0.5)
    // A channel that brings nothing still has a curve, of no height that counts.
    response.saturation.maximum *= max(median / max(own[nearest], .leastNormalMagnitude), 1e-9)
    return response
  }
}

/// What the money of a history brought.
private func contribution(_ response: ResponseChannel, _ series: MediaHistory.Series) -> Double {
  contributionsByTick(response, series).reduce(0, +)
}

/// What the money of a history brought in each tick.
private func contributionsByTick(_ response: ResponseChannel, _ series: MediaHistory.Series) -> [Double] {
  response.adstock.stocks(of: series.values).map(SaturationCurve(response.saturation).value)
}

/// The typical standard deviation of the logarithm of a channel's contribution over the draws.
private func logSpread(_ contributions: [[Double]]) -> Double {
  guard let count = contributions.first?.count, contributions.count > 1 else { return 0.3 }
  var (weight, sum) = (0.0, 0.0)
  for channel in 0..<count {
    let values = contributions.map { $0[channel] }
    let mean = values.reduce(0, +) / Double(values.count)
    guard mean > 0 else { continue }
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    // Of a log-normal with this mean and variance.
    sum += mean * log(1 + variance / (mean * mean)).squareRoot()
    weight += mean
  }
  return weight > 0 ? min(sum / weight, 1) : 0.3
}

/// A quantile of sorted numbers, read between neighbours; 0 of none.
func quantile(_ sorted: [Double], _ share: Double) -> Double {
  guard !sorted.isEmpty else { return 0 }
  let place = share * Double(sorted.count - 1)
  let low = Int(place)
  let high = min(low + 1, sorted.count - 1)
  return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
}

/// The market of a year (or, where ticks are days, a quarter) like the last: its money, its channels.
private func calibratedMarket(
  _ history: MediaHistory, name: String, responses: [ResponseChannel], holdout: Holdout, spread: Double,
  noise: Double
) -> Market {
  let ticks = history.spacing.planTicks
  let media =
    zip(responses, history.drivers).reduce(0) { $0 + contribution($1.0, $1.1) } / Double(history.count)
  let channels = zip(history.spends, responses).map { series, response in
    var response = response
    response.noise = media > 0 ? min(noise / media, 0.5) : 0.5
    return MediaChannel(name: series.name, kind: .response(response))
  }
  // A history shorter than the plan is repeated, in the budget as in what is done today.
  let recent = channels.reduce(0) { $0 + ($1.currentSchedule(ticks: ticks)?.reduce(0, +) ?? 0) }
  return Market(
    name: name,
    summary:
      "calibrated from \(history.count) ticks, \(history.days[0]) to \(history.days[history.count - 1]), the last "
      + "\(holdout.ticks) of which it forecast with a mean error of "
      + String(format: "%.1f %%", 100 * holdout.model.mape),
    currency: history.currency ?? "USD", ticks: ticks, budget: max(recent, 1e-9), objective: .revenue,
    // How effects wander within a year a history of sums cannot tell: an assumption.
    drift: Drift(persistence: 0.9, response: 0.2), randomization: Randomization(response: spread),
    calendar: MarketCalendar(
      start: history.spacing.following(history.days[history.count - 1]), spacing: history.spacing),
    channels: channels)
}
