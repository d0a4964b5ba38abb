import Foundation

/// The units in which people count large numbers.
private let units: [(least: Double, divisor: Double, name: String)] = [
  (1e12, 1e12, " tn"), (1e9, 1e9, " bn"), (1e6, 1e6, " M"), (1e4, 1e3, " k"), (0, 1, ""),
]

/// A number as people read it: four digits at most and a unit of thousands, as in 1.45 M, 26.4 k or 0.62.
package func readable(_ value: Double) -> String {
  guard value.isFinite else { return "–" }
  let unit = units.first { abs(value) >= $0.least } ?? units[units.count - 1]
  let scaled = value / unit.divisor
  let digits =
    switch abs(scaled) {
    case 100...: unit.divisor == 1 ? 0 : 1
    case 1...: 2
    case 0: 0
    default: 3
    }
  return String(format: "%.\(digits)f", scaled) + unit.name
}

/// One unit for all numbers of a column, so that they can be compared at a glance.
package struct ColumnUnit {
  private let divisor: Double
  private let name: String

  /// The unit of the largest number.
  package init(_ values: [Double]) {
    let largest = values.filter(\.isFinite).map(abs).max() ?? 0
    let unit = units.first { largest >= $0.least } ?? units[units.count - 1]
    (divisor, name) = (unit.divisor, unit.name)
  }

  /// A number with two decimals and the column's unit.
  package func text(_ value: Double) -> String {
    value.isFinite ? String(format: "%.2f", value / divisor) + name : "–"
  }
}
