import LinearAlgebra

/// How the branches of an action make up its value.
public enum Aggregation: String, Sendable, Hashable, Codable, CaseIterable {
  /// Every branch estimates the whole value: Q_k(a) = V + Â_k(a) (Tavakoli, Pardo and Kormushev, 2018).
  case branching
  /// The branches' advantages add up: Q(s, a) = V + Σ_k Â_k(a_k).
  case additive
  /// Every combination of choices has an output of its own, up to `JointActions.limit` of them: Q(s, a) = V + Â(a).
  case joint
}

/// The sizes that fix a branching network's parameters, and how its outputs are read.
///
///     let shape = NetworkShape(observationSize: 64, hidden: [256, 256], branchSizes: [16, 16, 4])
///     shape.outputCount     // 37: a state value and one advantage per (branch, choice)
public struct NetworkShape: Sendable, Hashable {
  /// The length of one observation row.
  public let observationSize: Int
  /// The widths of the rectified dense layers of the trunk; empty for a linear network.
  public let hidden: [Int]
  /// The number of choices of each branch.
  public let branchSizes: [Int]
  /// How the branches make up the value of an action.
  public let aggregation: Aggregation
  /// The observation columns that hold a prior: the state value, then one advantage per (branch, choice).
  public let priorColumns: Range<Int>?
  /// The observation columns that hold a mask: one per (branch, choice), above 0 where the choice is allowed.
  public let maskColumns: Range<Int>?
  /// Whether the mean is taken off each branch's advantages and a state value added (Wang et al., 2016); otherwise a
  /// branch's outputs are its values, and the state value's parameters stay 0.
  public let isDueling: Bool
  /// The raw observation columns that hold costs and a budget, which greedy actions keep to; nil where nothing limits them.
  public let spendColumns: SpendColumns?

  /// Creates a shape.
  public init(
    observationSize: Int, hidden: [Int], branchSizes: [Int], aggregation: Aggregation = .branching,
    priorColumns: Range<Int>? = nil, maskColumns: Range<Int>? = nil, isDueling: Bool = true,
    spendColumns: SpendColumns? = nil
  ) {
    self.observationSize = observationSize
    self.hidden = hidden
    self.branchSizes = branchSizes
    self.aggregation = aggregation
    self.priorColumns = priorColumns
    self.maskColumns = maskColumns
    self.isDueling = isDueling
    self.spendColumns = spendColumns
    let fault = fault
    precondition(fault == nil, fault ?? "")
  }

  /// The number of branches.
  public var branchCount: Int { branchSizes.count }
  /// The number of choices over all branches.
  public var choiceCount: Int { branchSizes.reduce(0, +) }
  /// The branches as the head has them: those of actions, or, of a joint head, a single one with a choice per combination.
  public var headSizes: [Int] {
    aggregation == .joint ? [JointActions.count(branchSizes) ?? Int(Int32.max)] : branchSizes
  }
  /// The number of values of a state: one per choice, or, of a joint head, per combination of choices.
  public var valueCount: Int { headSizes.reduce(0, +) }
  /// The width of the head: one state value and every advantage.
  public var outputCount: Int { 1 + valueCount }
  /// The number of parameters.
  public var parameterCount: Int { layers.last.map { $0.biases + $0.outputs } ?? 0 }

  /// From how many values on a head dwarfs the trunk, as that of joint actions does.
  public static let wideHead = 4096
  /// Whether the head dwarfs the trunk.
  var isWide: Bool { valueCount >= Self.wideHead }
  /// Whether updates keep gradients only for the rows of the head that a batch has chosen: of a wide head, almost all
  /// rows have none. Dueling centres gradients, which leaves none of them 0.
  var hasRowGradients: Bool { !isDueling && isWide }

  /// The mask within observation rows; nil where there is none.
  public func mask(_ observations: MatrixView) -> MatrixView? {
    maskColumns.map {
      MatrixView(
        pointer: observations.pointer + $0.lowerBound, rows: observations.rows, columns: $0.count,
        stride: observations.stride)
    }
  }

  /// What is wrong with the sizes, in a sentence; nil where nothing is.
  private var fault: String? {
    guard observationSize > 0 else { return "A network needs at least one observation column." }
    guard hidden.allSatisfy({ $0 > 0 }) else {
      return "Every hidden layer needs at least one unit: \(hidden)."
    }
    guard !branchSizes.isEmpty, branchSizes.allSatisfy({ $0 > 0 }) else {
      return "A network needs a branch, and every branch a choice: \(branchSizes)."
    }
    // Sizes may come from a file: products must not overflow.
    let widths = [observationSize] + hidden + branchSizes
    guard widths.count <= 4096, widths.allSatisfy({ $0 <= 1 << 24 }) else {
      return "A network's sizes are limited to 4096 layers and branches of 2^24 units."
    }
    if aggregation == .joint {
      guard JointActions.count(branchSizes) != nil else { return JointActions.refusal(branchSizes) }
      guard priorColumns == nil else { return "A joint head takes no prior, which has a value per choice." }
    }
    if let spendColumns {
      guard aggregation == .additive else {
        return
          "Only values that add up can be weighed against what they cost: a spend cap needs an additive head."
      }
      guard spendColumns.costs.lowerBound >= 0, spendColumns.costs.upperBound <= observationSize,
        (0..<observationSize).contains(spendColumns.budget)
      else { return "The columns of costs and budget leave the observation's \(observationSize) columns." }
      guard spendColumns.costs.count == choiceCount else {
        return "Costs need \(choiceCount) columns (every choice), not \(spendColumns.costs.count)."
      }
    }
    if let priorColumns {
      guard priorColumns.lowerBound >= 0, priorColumns.upperBound <= observationSize else {
        return "The prior's columns \(priorColumns) leave the observation's \(observationSize) columns."
      }
      guard priorColumns.count == outputCount else {
        return "A prior needs \(outputCount) columns (state value, every choice), not \(priorColumns.count)."
      }
    }
    if let maskColumns {
      guard maskColumns.lowerBound >= 0, maskColumns.upperBound <= observationSize else {
        return "The mask's columns \(maskColumns) leave the observation's \(observationSize) columns."
      }
      guard maskColumns.count == choiceCount else {
        return "A mask needs \(choiceCount) columns (every choice), not \(maskColumns.count)."
      }
    }
    return nil
  }
}

extension NetworkShape: Codable {
  private enum CodingKeys: String, CodingKey {
    case observationSize, hidden, branchSizes, aggregation, priorStart, maskStart, costStart, budgetColumn
  }

  /// Reads the shape of a dueling network, as policies have them, and checks its sizes.
  ///
  /// - Throws: `DecodingError` where a value is missing, of another type, or no network can have the sizes.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    observationSize = try values.decode(Int.self, forKey: .observationSize)
    hidden = try values.decode([Int].self, forKey: .hidden)
    branchSizes = try values.decode([Int].self, forKey: .branchSizes)
    aggregation = try values.decode(Aggregation.self, forKey: .aggregation)
    let choices = branchSizes.reduce(0) { $0.addingReportingOverflow($1).partialValue }
    func columns(_ key: CodingKeys, _ width: Int) throws -> Range<Int>? {
      guard let start = try values.decodeIfPresent(Int.self, forKey: key) else { return nil }
      guard start >= 0, width > 0, start <= Int.max - width else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: values, debugDescription: "The first column cannot be \(start).")
      }
      return start..<start + width
    }
    priorColumns = try columns(.priorStart, choices.addingReportingOverflow(1).partialValue)
    maskColumns = try columns(.maskStart, choices)
    isDueling = true
    let budget = try values.decodeIfPresent(Int.self, forKey: .budgetColumn)
    switch (try columns(.costStart, choices), budget) {
    case (let costs?, let budget?): spendColumns = SpendColumns(costs: costs, budget: budget)
    case (nil, nil): spendColumns = nil
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .budgetColumn, in: values, debugDescription: "Costs and a budget belong together.")
    }
    if let fault {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: fault))
    }
  }

  /// Writes the sizes; prior, mask and costs as their first columns.
  public func encode(to encoder: any Encoder) throws {
    precondition(isDueling, "Only dueling networks are written to files; see `dueling`.")
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(observationSize, forKey: .observationSize)
    try values.encode(hidden, forKey: .hidden)
    try values.encode(branchSizes, forKey: .branchSizes)
    try values.encode(aggregation, forKey: .aggregation)
    try values.encodeIfPresent(priorColumns?.lowerBound, forKey: .priorStart)
    try values.encodeIfPresent(maskColumns?.lowerBound, forKey: .maskStart)
    try values.encodeIfPresent(spendColumns?.costs.lowerBound, forKey: .costStart)
    try values.encodeIfPresent(spendColumns?.budget, forKey: .budgetColumn)
  }
}
