import Documents
import Foundation

extension PosteriorDraws {
  /// Where the posterior draws of a market's file lie: `shop.yaml` has `shop.posterior.csv`.
  public static func file(besideMarket path: String) -> String {
    let stem =
      path.hasSuffix(".yaml") || path.hasSuffix(".yml")
      ? path[..<(path.lastIndex(of: ".") ?? path.endIndex)] : path[...]
    return stem + ".posterior.csv"
  }

  private static let columns = [
    "draw", "channel", "maximum", "half_saturation", "slope", "retention", "weibull_shape", "weibull_scale",
    "weibull_length",
  ]

  /// The draws as a table: a row per draw and channel; geometric adstock has a retention, Weibull's has the last three.
  public var csv: String {
    var table = CSVWriter(Self.columns)
    for (draw, channels) in draws.enumerated() {
      for (described, channel) in zip(market.channels, channels) {
        let hill = channel.saturation
        var cells = ["\(draw)", described.name]
        cells += ["\(hill.maximum)", "\(hill.halfSaturation)", "\(hill.slope)"]
        switch channel.adstock {
        case .none: cells += ["0", "", "", ""]
        case .geometric(let retention): cells += ["\(retention)", "", "", ""]
        case .weibull(let shape, let scale, let length): cells += ["", "\(shape)", "\(scale)", "\(length)"]
        }
        table.append(cells)
      }
    }
    return table.text
  }

  /// Reads the draws of a market from a table as `csv` writes it.
  ///
  /// - Throws: `InputError` with the line of the first row that does not fit the market.
  public init(market: Market, table: CSVTable) throws(InputError) {
    var places: [Int] = []
    for name in Self.columns {
      guard let place = table.column(name) else { throw table.missing(column: name) }
      places.append(place)
    }
    let count = market.channels.count
    guard table.rowCount > 0, table.rowCount % count == 0 else {
      throw InputError(
        .malformed, file: table.path,
        problem: "has \(table.rowCount) rows, no multiple of the market's \(count) channels",
        remedy: "give each draw a row per channel")
    }
    var draws: [[ResponseChannel]] = []
    for row in 0..<table.rowCount {
      let channel = market.channels[row % count]
      guard table.text(row: row, column: places[1]) == channel.name,
        case .response(var response) = channel.kind
      else {
        throw table.error(
          row: row, column: places[1], "is '\(table.text(row: row, column: places[1]))'",
          "name the market's channels in their order: here '\(channel.name)'")
      }
      func number(_ column: Int) throws(InputError) -> Double {
        let value = try table.requireNumber(row: row, column: places[column])
        guard value >= 0 else {
          throw table.error(row: row, column: places[column], "is \(value)", "give at least 0")
        }
        return value
      }
      response.saturation = Hill(maximum: try number(2), halfSaturation: try number(3), slope: try number(4))
      response.curves = []
      if table.text(row: row, column: places[5]).isEmpty {
        response.adstock = .weibull(shape: try number(6), scale: try number(7), length: Int(try number(8)))
      } else {
        let retention = try number(5)
        response.adstock = retention == 0 ? .none : .geometric(retention: retention)
      }
      if row % count == 0 { draws.append([]) }
      draws[draws.count - 1].append(response)
    }
    self.init(market: market, draws: draws)
    for draw in draws.indices {
      do throws(InputError) { try self[draw].validate() } catch {
        throw InputError(
          .invalid, file: table.path, line: table.line(ofRow: draw * count), key: error.key,
          problem: error.problem,
          remedy: error.remedy)
      }
    }
  }
}
