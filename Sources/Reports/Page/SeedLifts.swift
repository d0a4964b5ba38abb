import Applications
import Documents
import Foundation
import Learning
import PolicyFormats
import Runs

/// What the policies of several training seeds gain over the baselines: a report's headline and its table of seeds.
struct SeedLifts {
  private struct Seed {
    let name: String
    let policy: Double
    let share: Double
    /// By baseline: its mean, and the 95 % interval over episodes of the policy's gain, as shares of it.
    let baselines: [(name: String, mean: Double, gain: ClosedRange<Double>?)]

    func lift(over name: String) -> Double? {
      baselines.first { $0.name == name }.map { 100 * (policy - $0.mean) / abs($0.mean) }
    }
  }

  private let seeds: [Seed]
  /// The baseline that the headline compares with.
  let reference: String

  init(_ folders: [RunFolder], _ evaluations: [EvaluationDocument], reference: String) {
    self.reference = reference
    seeds = zip(folders, evaluations).map { folder, evaluation in
      let seed = (try? folder.readPolicy())?.trainingSeed
      return Seed(
        name: seed.map { "\($0)" } ?? folder.path, policy: evaluation.policy.mean,
        share: evaluation.shareOfBound ?? .nan,
        baselines: evaluation.baselines.members.map { name, baseline in
          let unit = 100 / abs(baseline.mean)
          let gain = baseline.mean == 0 ? nil : baseline.gain.interval
          return (name, baseline.mean, gain.map { unit * $0.lowerBound...unit * $0.upperBound })
        })
    }
  }

  /// The mean gain over the headline's baseline, in percent.
  var meanLift: Double { meanLift(over: reference) ?? .nan }

  /// The mean gain over a baseline, in percent; nil where it was not played.
  func meanLift(over name: String) -> Double? {
    let lifts = seeds.compactMap { $0.lift(over: name) }
    return lifts.isEmpty ? nil : lifts.reduce(0, +) / Double(lifts.count)
  }

  /// Whose interval stands beside the headline: that of several training seeds, or of one seed's episodes.
  var interval: String {
    let range = interval(over: reference).map {
      String(format: "95 %% interval %+.1f to %+.1f %%", $0.lowerBound, $0.upperBound)
    }
    if seeds.count > 1 {
      return (["Mean of \(seeds.count) training seeds"] + [range].compactMap { $0 }).joined(
        separator: ", ")
    }
    return "One training seed" + (range.map { "; \($0) over episodes" } ?? "")
  }

  /// The mean gain over a baseline with its interval, as text; nil where it was not played.
  func gain(over name: String) -> String? {
    guard let mean = meanLift(over: name) else { return nil }
    let range = interval(over: name).map {
      String(format: " (%+.1f to %+.1f)", $0.lowerBound, $0.upperBound)
    }
    return String(format: "%+.1f %%", mean) + (range ?? "")
  }

  /// The interval of 95 % of the gain over a baseline: over seeds by Student's t, or of one seed over episodes.
  private func interval(over name: String) -> ClosedRange<Double>? {
    let lifts = seeds.compactMap { $0.lift(over: name) }
    guard lifts.count > 1 else { return seeds.first?.baselines.first { $0.name == name }?.gain }
    let mean = lifts.reduce(0, +) / Double(lifts.count)
    let variance = lifts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(lifts.count - 1)
    let half =
      studentQuantile(freedom: lifts.count - 1) * (variance / Double(lifts.count)).squareRoot()
    return mean - half...mean + half
  }

  /// The gains of every seed over every baseline.
  var table: String {
    guard let first = seeds.first else { return "" }
    var table = TextTable(
      ["seed", "policy"] + first.baselines.map { "over \($0.name)" } + ["of the bound"])
    for seed in seeds {
      table.append(
        [seed.name, readable(seed.policy)]
          + first.baselines.map { baseline in
            seed.lift(over: baseline.name).map { String(format: "%+.1f %%", $0) } ?? "–"
          }
          + [seed.share.isFinite ? String(format: "%.1f %%", 100 * seed.share) : "–"])
    }
    return table.html
  }
}

/// The 97.5 % quantile of Student's t distribution; beyond ten degrees of freedom by Cornish and Fisher's first terms.
private func studentQuantile(freedom: Int) -> Double {
  let small = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]
  guard freedom > small.count else { return small[max(freedom, 1) - 1] }
  let (z, n) = (1.959964, Double(freedom))
  return z + (z * z * z + z) / (4 * n)
}
