#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What explains the outcome without media: level, trend, season and controls, as columns of a regression.
struct BaselineColumns: Sendable {
  /// What a column belongs to.
  enum Group: Sendable {
    case level, trend, season, control, confounder
  }

  /// Column by column, one number per tick.
  let columns: [[Double]]
  /// By column.
  let groups: [Group]

  /// The columns of a history: 1, time in years, sines and cosines of the year, days of the week where ticks are days, the
  /// controls and `confounders`, each brought to mean 0 and deviation 1 over the first `rows` ticks.
  init(
    _ history: MediaHistory, season choice: MediaMixOptions.Season, rows: Int, confounders: [[Double]] = []
  ) {
    let year = history.days.map { Double($0.number - history.days[0].number) / 365.25 }
    var season: [[Double]] = []
    for harmonic in 0..<choice.harmonics {
      let angles = year.map { 2 * Double.pi * Double(harmonic + 1) * $0 }
      season += [angles.map { sin($0) }, angles.map { cos($0) }]
    }
    if history.spacing == .daily {
      season += (0..<6).map { weekday in history.days.map { $0.number % 7 == weekday ? 1 : 0 } }
    }
    var columns = [[Double](repeating: 1, count: history.count)]
    var groups = [Group.level]
    let all = [
      (Group.trend, choice.hasTrend ? [year] : []), (.season, season),
      (.control, history.controls.map(\.values)), (.confounder, confounders),
    ]
    for (group, members) in all {
      for column in members {
        let mean = column[..<rows].reduce(0, +) / Double(rows)
        let variance = column[..<rows].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
        // What never varies while the model is fitted tells nothing.
        guard variance > 1e-12 * max(1, mean * mean) else { continue }
        columns.append(column.map { ($0 - mean) / variance.squareRoot() })
        groups.append(group)
      }
    }
    self.columns = columns
    self.groups = groups
  }
}
