import Documents

/// What a season has sold so far, read from a table.
///
/// Columns: `period` (from 0), `product`, `price` (empty where it was off sale), `sales` and, where buyers may cancel,
/// `cancellations`. Every period has a row for every product; of a network of requests only what was sold needs one, and a
/// row with no sales says that its period went by.
package struct SalesHistory: Sendable {
  /// What a period brought, by product.
  package struct Period: Sendable, Equatable {
    /// The number of the price, or of being closed.
    package var choices: [Int]
    /// The units sold.
    package var sales: [Double]
    /// The units that came back.
    package var returned: [Double]
    /// The rows of the table that say so; nil where none does.
    fileprivate var rows: [Int?]
  }

  /// The periods from 0 on.
  package private(set) var periods: [Period] = []

  private let table: CSVTable
  private let problem: PricingProblem

  /// Reads a table.
  ///
  /// - Throws: `InputError` with the line and column of what cannot be read, or the first row that is not there.
  package init(_ table: CSVTable, of problem: PricingProblem) throws(InputError) {
    (self.table, self.problem) = (table, problem)
    let columns = try ["period", "product", "price", "sales"].map { name throws(InputError) in
      guard let column = table.column(name) else { throw table.missing(column: name) }
      return column
    }
    let count = problem.products.count
    // Of requests, what was open without a sale has no bearing on what comes.
    let isNetwork = problem.network != nil
    let quiet = Period(
      choices: Array(repeating: 0, count: count), sales: Array(repeating: 0, count: count),
      returned: Array(repeating: 0, count: count), rows: Array(repeating: nil, count: count))
    var seen: [Int: Set<Int>] = [:]
    for row in 0..<table.rowCount {
      let period = try whole(row, columns[0], below: problem.periods)
      let name = table.text(row: row, column: columns[1])
      guard let product = problem.products.firstIndex(where: { $0.name == name }) else {
        throw table.error(
          row: row, column: columns[1], "is '\(name)', no product of the problem",
          nearest(to: name, in: problem.products.map(\.name)).map { "did you mean '\($0)'?" }
            ?? "there are \(problem.products.prefix(12).map(\.name).joined(separator: ", "))")
      }
      guard seen[period, default: []].insert(product).inserted else {
        throw table.error(
          row: row, column: columns[1], "repeats '\(name)' in a period", "give one row per period and product"
        )
      }
      while periods.count <= period { periods.append(quiet) }
      periods[period].rows[product] = row
      periods[period].choices[product] = try choice(row, columns[2], product)
      periods[period].sales[product] = Double(try whole(row, columns[3], below: 1 << 30))
      if let column = table.column("cancellations"), !table.text(row: row, column: column).isEmpty {
        let returned = try whole(row, column, below: 1 << 30)
        guard returned == 0 || problem.cancellations != nil else {
          throw table.error(
            row: row, column: column, "is \(returned), but no sale of this problem comes back",
            "describe 'cancellations', or leave the column out")
        }
        periods[period].returned[product] = Double(returned)
      }
      let isClosed = periods[period].choices[product] >= problem.products[product].prices.count
      if isClosed, periods[period].sales[product] > 0 {
        throw table.error(
          row: row, column: columns[3], "sells what was off sale", "give its price, or no sales")
      }
    }
    guard !isNetwork else { return }
    for period in periods.indices {
      for product in 0..<count where seen[period]?.contains(product) != true {
        throw InputError(
          .invalid, file: table.path, key: "period",
          problem: "period \(period) has no row of '\(problem.products[product].name)'",
          remedy: "give every product of every period from 0 on, with an empty price where it was off sale")
      }
    }
  }

  /// An error at the cell of a product in a period.
  fileprivate func error(
    _ period: Int, _ product: Int, _ key: String, _ fault: String, _ remedy: String
  ) -> InputError {
    let text = "'\(problem.products[product].name)' \(fault)"
    guard let row = periods[period].rows[product], let column = table.column(key) else {
      return InputError(.invalid, file: table.path, key: "period \(period)", problem: text, remedy: remedy)
    }
    return table.error(row: row, column: column, text, remedy)
  }

  private func whole(_ row: Int, _ column: Int, below limit: Int) throws(InputError) -> Int {
    let number = try table.requireNumber(row: row, column: column)
    guard number >= 0, number < Double(limit), number == number.rounded() else {
      throw table.error(
        row: row, column: column, "is \(table.text(row: row, column: column))",
        "give a whole number from 0 to \(limit - 1)")
    }
    return Int(number)
  }

  private func choice(_ row: Int, _ column: Int, _ product: Int) throws(InputError) -> Int {
    let prices = problem.products[product].prices
    if table.text(row: row, column: column).isEmpty {
      guard problem.mayClose else {
        throw table.error(
          row: row, column: column, "is empty, but products of this problem are always on sale",
          "give the price")
      }
      return prices.count
    }
    let price = try table.requireNumber(row: row, column: column)
    guard let choice = prices.firstIndex(where: { abs($0 - price) <= 1e-6 * max(1, abs($0)) }) else {
      throw table.error(
        row: row, column: column, "is \(readable(price)), no price of '\(problem.products[product].name)'",
        "there are \(prices.prefix(12).map(readable).joined(separator: ", "))"
          + (prices.count > 12 ? ", …" : ""))
    }
    return choice
  }
}

extension PricingSimulation {
  /// The season after a history.
  ///
  /// - Throws: `InputError` where more is sold than there is, or more comes back than was sold.
  package func state(after history: SalesHistory) throws(InputError) -> PricingState {
    var state = makeExpectedState()
    for (period, shown) in history.periods.enumerated() {
      var units = state.units
      for product in problem.products.indices {
        let returned = shown.returned[product]
        guard returned <= state.held[product] else {
          throw history.error(
            period, product, "cancellations",
            "has \(Int(returned)) cancellations of \(Int(state.held[product])) units that buyers hold",
            "give sales of the season from its beginning on")
        }
        for resource in problem.products[product].uses { units[resource] += returned }
      }
      for product in problem.products.indices {
        for resource in problem.products[product].uses {
          units[resource] -= shown.sales[product]
          guard units[resource] >= 0 else {
            throw history.error(
              period, product, "sales",
              "sells \(Int(shown.sales[product])), more than the stock of '\(problem.resources[resource].name)'",
              "give a description with that stock")
          }
        }
      }
      observe(&state, choices: shown.choices, sales: shown.sales, returned: shown.returned)
    }
    return state
  }
}
