import Documents
import LinearAlgebra

/// A log of decisions read from a table: contexts as numbers, what was shown, what it paid, and with which probability it
/// was shown.
public final class RecommendationLog: @unchecked Sendable {
  /// Which columns of a table mean what.
  public struct Columns: Sendable, Equatable {
    /// What was shown: a name or a number, an arm for each that occurs.
    public var action: String
    /// What it paid.
    public var reward: String
    /// The probability that it was shown with; nil where all arms were shown alike.
    public var propensity: String?
    /// The position it was shown at, counted from 1; nil where there is one.
    public var position: String?
    /// What is known of the user: names, or beginnings of names with an asterisk. Columns of numbers are taken as they are,
    /// others as a column for each of their values.
    public var context: [String]

    /// Names columns.
    public init(
      action: String, reward: String, propensity: String? = nil, position: String? = nil, context: [String]
    ) {
      self.action = action
      self.reward = reward
      self.propensity = propensity
      self.position = position
      self.context = context
    }
  }

  /// Rows × context columns.
  public let contexts: Matrix
  /// What the context columns mean.
  package let contextNames: [String]
  /// The names of the arms, numbers in their order, others in the alphabet's.
  public let armNames: [String]
  /// The number of positions.
  public let positions: Int
  /// The position of each row, from 0.
  public let rowPositions: [Int]
  /// What was shown, and with which probability.
  public let decisions: [BanditDecision]
  /// The probability of what was shown, as the table says it.
  public let propensities: [Double]
  /// What it paid.
  public let rewards: [Float]

  /// The number of rows.
  public var count: Int { rewards.count }
  /// The mean reward of a row.
  public var meanReward: Double { rewards.reduce(0) { $0 + Double($1) } / Double(max(1, count)) }

  /// Reads a log.
  ///
  /// - Throws: `InputError` with the line and column of what is no row of a log.
  public init(_ table: CSVTable, columns: Columns) throws(InputError) {
    guard table.rowCount > 0 else {
      throw InputError(
        .malformed, file: table.path, problem: "has no rows", remedy: "give a row for each decision")
    }
    let action = try table.requireColumn(columns.action)
    let names = (0..<table.rowCount).map { table.text(row: $0, column: action) }
    let arms = Self.sorted(Set(names))
    let places = Dictionary(uniqueKeysWithValues: arms.enumerated().map { ($1, $0) })
    var decisions: [BanditDecision] = []
    var propensities: [Double] = []
    let propensity = try columns.propensity.map { name throws(InputError) in try table.requireColumn(name) }
    for row in 0..<table.rowCount {
      var probability = 1 / Double(arms.count)
      if let propensity {
        probability = try table.requireNumber(row: row, column: propensity)
        guard probability > 0 && probability <= 1 else {
          throw InputError(
            .malformed, file: table.path, line: table.line(ofRow: row), key: columns.propensity,
            problem: "is \(probability)", remedy: "what was shown was shown with a probability in (0, 1]")
        }
      }
      propensities.append(probability)
      decisions.append(BanditDecision(arm: places[names[row]] ?? 0, propensity: Float(probability)))
    }
    self.decisions = decisions
    self.propensities = propensities
    armNames = arms
    rewards = try table.numbers(of: columns.reward).map { Float($0) }
    if let name = columns.position {
      let column = try table.requireColumn(name)
      let numbers = try table.numbers(of: name)
      for (row, number) in numbers.enumerated() where number < 1 || number > 100 || number != number.rounded()
      {
        throw InputError(
          .malformed, file: table.path, line: table.line(ofRow: row), key: table.header[column],
          problem: "is \(number)", remedy: "count positions from 1")
      }
      rowPositions = numbers.map { Int($0) - 1 }
      positions = (rowPositions.max() ?? 0) + 1
    } else {
      rowPositions = [Int](repeating: 0, count: table.rowCount)
      positions = 1
    }
    let named = try Self.contexts(table, columns.context)
    contextNames = named.map(\.name)
    contexts = Matrix(rows: table.rowCount, columns: named.count)
    for (place, column) in named.enumerated() {
      for row in 0..<table.rowCount { contexts[row, place] = column.values[row] }
    }
  }

  private static func sorted(_ names: Set<String>) -> [String] {
    names.sorted { first, second in
      if let one = Double(first), let other = Double(second) { return one < other }
      return first < second
    }
  }

  /// The context's columns: numbers as they are, but for the mean and the deviation that they are scaled by; names as one
  /// column each.
  private static func contexts(
    _ table: CSVTable, _ patterns: [String]
  ) throws(InputError) -> [(name: String, values: [Float])] {
    var columns: [(name: String, values: [Float])] = []
    for pattern in patterns {
      let matching = table.header.indices.filter {
        pattern.hasSuffix("*") ? table.header[$0].hasPrefix(pattern.dropLast()) : table.header[$0] == pattern
      }
      guard !matching.isEmpty else { throw table.missing(column: pattern) }
      for column in matching {
        let numbers = (0..<table.rowCount).map { table.number(row: $0, column: column) }
        let known = numbers.compactMap { $0 }
        if known.count == numbers.count {
          let mean = known.reduce(0, +) / Double(known.count)
          let variance = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(known.count)
          guard variance > 0 else { continue }
          columns.append(
            (table.header[column], known.map { Float(($0 - mean) / variance.squareRoot()) }))
        } else {
          let texts = (0..<table.rowCount).map { table.text(row: $0, column: column) }
          let values = sorted(Set(texts))
          guard values.count <= 200 else {
            throw InputError(
              .malformed, file: table.path, key: table.header[column],
              problem: "has \(values.count) different texts", remedy: "name columns with at most 200")
          }
          for value in values.dropFirst(values.count > 1 ? 1 : 0) {
            columns.append(("\(table.header[column])=\(value)", texts.map { $0 == value ? 1 : 0 }))
          }
        }
      }
    }
    return columns
  }
}

extension CSVTable {
  /// The place of a column that must be there.
  func requireColumn(_ name: String) throws(InputError) -> Int {
    guard let column = column(name) else { throw missing(column: name) }
    return column
  }
}
