import Documents

extension ResponseTable {
  /// Reads the curves of several channels from a table with the columns `channel` and `spend` and one of outcomes.
  ///
  /// `lower_bound_multiplier` and `upper_bound_multiplier` of the current spend become limits; the current spend is where
  /// `spend_multiplier` is 1.
  /// - Parameters:
  ///   - outcome: the column of outcomes; nil for the first of the names that other tools use.
  ///   - limited: whether the table's own limits count.
  /// - Throws: `InputError` with the line and column of the first mistake.
  public static func curves(
    in table: CSVTable, outcome: String? = nil, limited: Bool = true
  ) throws(InputError) -> [ResponseTable] {
    guard let names = table.column("channel") else { throw table.missing(column: "channel") }
    guard let spends = table.column("spend") else { throw table.missing(column: "spend") }
    let usual = ["outcome", "incremental_outcome", "incremental_revenue", "incremental_revenue_mean", "mean"]
    let wanted = outcome ?? usual.first { table.column($0) != nil } ?? usual[0]
    guard let outcomes = table.column(wanted) else { throw table.missing(column: wanted) }
    var order: [String] = []
    var rows: [String: [Int]] = [:]
    for row in 0..<table.rowCount {
      let name = table.text(row: row, column: names)
      if rows[name] == nil { order.append(name) }
      rows[name, default: []].append(row)
    }
    var curves: [ResponseTable] = []
    for name in order {
      let rows = rows[name] ?? []
      let points = try rows.map { row throws(InputError) in
        (
          try table.requireNumber(row: row, column: spends),
          try table.requireNumber(row: row, column: outcomes)
        )
      }
      for (row, pair) in zip(rows.dropFirst(), zip(points, points.dropFirst())) where pair.1.0 <= pair.0.0 {
        throw table.error(
          row: row, column: spends, "is \(pair.1.0) after \(pair.0.0)", "let the spends of a channel ascend")
      }
      guard points.count >= 2 else {
        throw table.error(
          row: rows[0], column: names, "has one point", "give two spends at least per channel")
      }
      let multipliers = try table.column("spend_multiplier").map { column throws(InputError) in
        try rows.map { row throws(InputError) in try table.requireNumber(row: row, column: column) }
      }
      let current = multipliers?.firstIndex { abs($0 - 1) < 1e-9 }.map { points[$0].0 }
      var limits: ClosedRange<Double>?
      if limited, let current, let low = table.column("lower_bound_multiplier"),
        let high = table.column("upper_bound_multiplier")
      {
        let lowest = current * (try table.requireNumber(row: rows[0], column: low))
        let highest = current * (try table.requireNumber(row: rows[0], column: high))
        guard lowest <= highest else {
          throw table.error(row: rows[0], column: low, "is above the upper bound", "swap the two")
        }
        limits = lowest...highest
      }
      curves.append(
        ResponseTable(
          name: name, spends: points.map(\.0), outcomes: points.map(\.1), current: current, limits: limits))
    }
    guard !curves.isEmpty else {
      throw InputError(
        .malformed, file: table.path, problem: "holds no rows", remedy: "give each channel its points")
    }
    return curves
  }
}
