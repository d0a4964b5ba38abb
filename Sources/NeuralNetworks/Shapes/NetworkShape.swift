import Environments
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
  /// The columns of an observation row; a prior is added to what the network says, a mask and costs limit its choices.
  public let layout: ObservationLayout
  /// The widths of the rectified dense layers of the trunk; empty for a linear network.
  public let hidden: [Int]
  /// The number of choices of each branch.
  public let branchSizes: [Int]
  /// How the branches make up the value of an action.
  package let aggregation: Aggregation
  /// Whether the mean is taken off each branch's advantages and a state value added (Wang et al., 2016); otherwise a
  /// branch's outputs are its values, and the state value's parameters stay 0.
  package let isDueling: Bool

  /// Creates a shape.
  public init(
    layout: ObservationLayout, hidden: [Int], branchSizes: [Int], aggregation: Aggregation = .branching,
    isDueling: Bool = true
  ) {
    self.layout = layout
    self.hidden = hidden
    self.branchSizes = branchSizes
    self.aggregation = aggregation
    self.isDueling = isDueling
    let fault = fault
    precondition(fault == nil, fault ?? "")
  }

  /// Creates a shape over observation columns named by their number.
  public init(
    observationSize: Int, hidden: [Int], branchSizes: [Int], aggregation: Aggregation = .branching,
    isDueling: Bool = true
  ) {
    self.init(
      layout: ObservationLayout(size: observationSize), hidden: hidden, branchSizes: branchSizes,
      aggregation: aggregation, isDueling: isDueling)
  }

  /// The same shape over other columns.
  public func over(_ layout: ObservationLayout) -> NetworkShape {
    NetworkShape(
      layout: layout, hidden: hidden, branchSizes: branchSizes, aggregation: aggregation, isDueling: isDueling
    )
  }

  /// The length of one observation row.
  public var observationSize: Int { layout.size }
  /// The number of branches.
  public var branchCount: Int { branchSizes.count }
  /// The number of choices over all branches.
  public var choiceCount: Int { branchSizes.reduce(0, +) }
  /// The branches as the head has them: those of actions, or, of a joint head, a single one with a choice per combination.
  package var headSizes: [Int] {
    aggregation == .joint ? [JointActions.count(branchSizes) ?? Int(Int32.max)] : branchSizes
  }
  /// The number of values of a state: one per choice, or, of a joint head, per combination of choices.
  package var valueCount: Int { headSizes.reduce(0, +) }
  /// The width of the head: one state value and every advantage.
  package var outputCount: Int { 1 + valueCount }
  /// The number of parameters.
  package var parameterCount: Int { layers.last.map { $0.biases + $0.outputs } ?? 0 }

  /// From how many values on a head dwarfs the trunk, as that of joint actions does.
  package static let wideHead = 4096
  /// Whether the head dwarfs the trunk.
  package var isWide: Bool { valueCount >= Self.wideHead }
  /// Whether updates keep gradients only for the rows of the head that a batch has chosen: of a wide head, almost all
  /// rows have none. Dueling centres gradients, which leaves none of them 0.
  package var hasRowGradients: Bool { !isDueling && isWide }

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
      guard layout.prior == nil else { return "A joint head takes no prior, which has a value per choice." }
    }
    if layout.spend != nil, aggregation != .additive {
      return
        "Only values that add up can be weighed against what they cost: a spend cap needs an additive head."
    }
    return layout.fault(for: ActionSpace(branchSizes: branchSizes))
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
    let size = try values.decode(Int.self, forKey: .observationSize)
    guard size <= 1 << 20 else {
      throw DecodingError.dataCorruptedError(
        forKey: .observationSize, in: values, debugDescription: "Observations have at most 2^20 columns.")
    }
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
    let budget = try values.decodeIfPresent(Int.self, forKey: .budgetColumn)
    let costs = try columns(.costStart, choices)
    guard (costs == nil) == (budget == nil) else {
      throw DecodingError.dataCorruptedError(
        forKey: .budgetColumn, in: values, debugDescription: "Costs and a budget belong together.")
    }
    layout = ObservationLayout(
      size: size, prior: try columns(.priorStart, choices.addingReportingOverflow(1).partialValue),
      mask: try columns(.maskStart, choices),
      spend: costs.flatMap { costs in budget.map { SpendColumns(costs: costs, budget: $0) } })
    isDueling = true
    if let fault {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: fault))
    }
  }

  /// Writes the sizes; prior, mask and costs as their first columns. The columns' names are not part of it.
  public func encode(to encoder: any Encoder) throws {
    precondition(isDueling, "Only dueling networks are written to files; see `dueling`.")
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(observationSize, forKey: .observationSize)
    try values.encode(hidden, forKey: .hidden)
    try values.encode(branchSizes, forKey: .branchSizes)
    try values.encode(aggregation, forKey: .aggregation)
    try values.encodeIfPresent(layout.prior?.lowerBound, forKey: .priorStart)
    try values.encodeIfPresent(layout.mask?.lowerBound, forKey: .maskStart)
    try values.encodeIfPresent(layout.spend?.costs.lowerBound, forKey: .costStart)
    try values.encodeIfPresent(layout.spend?.budget, forKey: .budgetColumn)
  }
}
