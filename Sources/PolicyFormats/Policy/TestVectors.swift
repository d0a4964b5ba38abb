import Documents
import Learning
import LinearAlgebra
import NeuralNetworks

/// Observations with the outputs a policy has for them, which travel with every exported file, so that whoever loads it
/// can check that it computes what was trained.
///
/// In safetensors and npz files they are the tensors `test.observation`, `test.q` and `test.action`; in ONNX files the
/// metadata's `test_vectors`, as JSON.
public struct TestVectors: Sendable, Equatable {
  /// The number of rows.
  public let rows: Int
  /// Rows × observation size, raw.
  public let observations: [Float]
  /// Rows × choice count: the value of every choice in raw reward units.
  package let q: [Float]
  /// Rows × branches: the greedy levels.
  public let actions: [Int32]

  /// Puts vectors together.
  public init(rows: Int, observations: [Float], q: [Float], actions: [Int32]) {
    self.rows = rows
    self.observations = observations
    self.q = q
    self.actions = actions
  }

  /// Plays a policy on random observations, three deviations to both sides of the mean of those seen in training.
  public init(_ policy: Policy, rows: Int = 8) {
    var stream = RandomStream(seed: 0, purpose: .test)
    let normalizer = policy.normalizer
    let alwaysAllowed = policy.shape.firstMaskColumns
    let observations = (0..<rows * normalizer.columns).map { index in
      let column = index % normalizer.columns
      let deviations = alwaysAllowed.contains(column) ? 1 : stream.uniform() * 6 - 3
      return normalizer.means[column] + normalizer.deviations[column] * deviations
    }
    self.init(policy, observations: observations)
  }

  /// Plays a policy on given raw observations, rows × observation size.
  public init(_ policy: Policy, observations: [Float]) {
    let columns = policy.shape.observationSize
    precondition(observations.count % columns == 0, "Observations have \(columns) columns.")
    let rows = observations.count / columns
    let matrix = Matrix(rows: rows, columns: columns, observations)
    let values = Matrix(rows: rows, columns: policy.shape.valueCount)
    let runner = PolicyRunner(policy, maximumBatch: max(rows, 1))
    runner.qValues(observations: matrix.view, into: values.view)
    var actions = [Int32](repeating: 0, count: rows * policy.shape.branchCount)
    actions.withUnsafeMutableBufferPointer { buffer in
      if let first = buffer.baseAddress { runner.act(observations: matrix.view, into: first) }
    }
    self.init(rows: rows, observations: observations, q: values.elements, actions: actions)
  }

  /// The largest difference of values to those of other vectors, as a share of the largest value where that is above 1;
  /// infinite where the observations or a clear choice differ.
  ///
  /// A choice is clear where its value leads by more than a hundred-thousandth. Without branch sizes, as where choices are
  /// not made branch by branch, every choice is.
  public func difference(to other: TestVectors, branchSizes: [Int]?) -> Float {
    guard observations == other.observations, q.count == other.q.count, actions.count == other.actions.count,
      branchSizes != nil || actions == other.actions
    else { return .infinity }
    let scale = max(1, q.map { abs($0) }.max() ?? 1)
    var start = 0
    for (place, size) in zip(actions.indices, (0..<rows).flatMap { _ in branchSizes ?? [] }) {
      guard (0..<Int32(size)).contains(actions[place]) else { return .infinity }
      let lead =
        q[start + Int(actions[place])] - q[start + Int(min(max(0, other.actions[place]), Int32(size - 1)))]
      guard actions[place] == other.actions[place] || abs(lead) <= 1e-5 * scale else { return .infinity }
      start += size
    }
    let differences = zip(q, other.q).map { abs($0 - $1) / scale }
    return differences.allSatisfy(\.isFinite) ? differences.max() ?? 0 : .infinity
  }
}

extension NetworkShape {
  /// The mask columns of each branch's first choice; empty where observations hold no mask.
  fileprivate var firstMaskColumns: Set<Int> {
    guard var column = layout.mask?.lowerBound else { return [] }
    var columns: Set<Int> = []
    for size in branchSizes {
      columns.insert(column)
      column += size
    }
    return columns
  }
}

extension TestVectors: Codable {
  private enum CodingKeys: CodingKey {
    case observation, q, action
  }

  /// Writes lists of rows under `observation`, `q` and `action`.
  public func encode(to encoder: any Encoder) throws {
    func table<Element>(_ elements: [Element]) -> [[Element]] {
      let columns = elements.count / max(rows, 1)
      return (0..<rows).map { Array(elements[$0 * columns..<($0 + 1) * columns]) }
    }
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encode(table(observations), forKey: .observation)
    try members.encode(table(q), forKey: .q)
    try members.encode(table(actions), forKey: .action)
  }

  /// Reads what `encode` writes.
  public init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    let observations = try members.decode([[Float]].self, forKey: .observation)
    self.init(
      rows: observations.count, observations: observations.flatMap(\.self),
      q: try members.decode([[Float]].self, forKey: .q).flatMap(\.self),
      actions: try members.decode([[Int32]].self, forKey: .action).flatMap(\.self))
  }
}

extension TestVectors {
  enum TensorName {
    static let observation = "test.observation"
    static let q = "test.q"
    static let action = "test.action"
    static let all = [observation, q, action]
  }

  /// The vectors as tensors.
  package var tensors: [Safetensors.Tensor] {
    func shape(_ count: Int) -> [Int] { [rows, count / max(rows, 1)] }
    var bytes: [UInt8] = []
    for action in actions { bytes.append(littleEndian: action) }
    return [
      .init(name: TensorName.observation, shape: shape(observations.count), floats: observations),
      .init(name: TensorName.q, shape: shape(q.count), floats: q),
      .init(name: TensorName.action, type: .i32, shape: shape(actions.count), bytes: bytes),
    ]
  }

  /// Takes the vectors out of a file; throws `InputError` where they are missing or no numbers.
  public init(_ file: Safetensors) throws(InputError) {
    let observations = try file.tensor(TensorName.observation)
    let actions = try file.tensor(TensorName.action)
    guard actions.type == .i32 else {
      throw .tensor(actions.name, "holds \(actions.type.rawValue) and no floating-point numbers")
    }
    self.init(
      rows: observations.shape.first ?? 0, observations: try observations.floats(),
      q: try file.tensor(TensorName.q).floats(),
      actions: actions.words(UInt32.self).map { Int32(bitPattern: $0) })
  }
}
