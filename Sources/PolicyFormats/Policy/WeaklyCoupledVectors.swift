import Documents
import Learning
import LinearAlgebra

/// Rows of channels at prices of money with what a weakly coupled policy makes of them, which travel with every exported
/// file: tensors `test.observation`, `test.log_money_price`, `test.q` and `test.spend_to_go`, or the metadata's
/// `test_vectors` in ONNX files.
package struct WeaklyCoupledVectors: Sendable, Equatable, Codable {
  package let rows, channels: Int
  /// Rows × channels × columns.
  package let observations: [Float]
  /// Rows.
  package let logPrices: [Float]
  /// Rows × channels × levels: gains less priced costs, in units of the objective.
  package let q: [Float]
  /// The same: what a level and all that follows spend, in money.
  package let spendToGo: [Float]

  private enum CodingKeys: String, CodingKey {
    case rows, channels, q
    case observations = "observation"
    case logPrices = "log_money_price"
    case spendToGo = "spend_to_go"
  }

  /// Puts vectors together.
  package init(
    rows: Int, channels: Int, observations: [Float], logPrices: [Float], q: [Float], spendToGo: [Float]
  ) {
    self.rows = rows
    self.channels = channels
    self.observations = observations
    self.logPrices = logPrices
    self.q = q
    self.spendToGo = spendToGo
  }

  /// Values channels at prices.
  package init(
    _ policy: WeaklyCoupledPolicy, channels: Int, observations: [Float], logPrices: [Float]
  ) {
    let (rows, columns) = (logPrices.count, policy.shape.columns)
    let runner = WeaklyCoupledRunner(policy, lanes: rows, channels: channels)
    let matrix = Matrix(rows: rows * channels, columns: columns.count, observations)
    let q = Matrix(rows: rows * channels, columns: columns.levels)
    let spend = Matrix(rows: rows * channels, columns: columns.levels)
    runner.values(rows: matrix.view, logPrices: logPrices, q: q.view, spendToGo: spend.view)
    self.init(
      rows: rows, channels: channels, observations: observations, logPrices: logPrices, q: q.elements,
      spendToGo: spend.elements)
  }

  /// Random channels whose gains and costs rise with the level, at prices up to where the network tells them apart no more.
  package init(_ policy: WeaklyCoupledPolicy, rows: Int = 4, channels: Int = 3) {
    var stream = RandomStream(seed: 0, purpose: .test)
    let columns = policy.shape.columns
    var observations: [Float] = []
    for _ in 0..<rows * channels {
      observations += (0..<columns.features).map { _ in 2 * stream.normal() }
      for _ in 0..<2 {
        var sum: Float = 0
        for _ in 0..<columns.levels {
          observations.append(sum)
          sum += stream.uniform() / Float(columns.levels)
        }
      }
      observations += (0..<columns.levels).map { _ in 0.1 * stream.normal() }
      // The last two, the units, are logarithms; the scalars before them are not negative.
      observations += (0..<ChannelColumns.Scalar.allCases.count - 2).map { _ in 2 * stream.uniform() }
      observations += [stream.normal(), stream.normal()]
    }
    self.init(
      policy, channels: channels, observations: observations,
      logPrices: (0..<rows).map { _ in policy.priceCenter + 3 * stream.normal() })
  }

  /// The largest difference of values to those of other vectors, as a share of the largest value where that is above 1;
  /// infinite where the observations or prices differ, or a value is no number.
  package func difference(to other: WeaklyCoupledVectors) -> Float {
    guard (rows, channels) == (other.rows, other.channels), observations == other.observations,
      logPrices == other.logPrices, q.count == other.q.count, spendToGo.count == other.spendToGo.count
    else { return .infinity }
    func share(_ own: [Float], _ others: [Float]) -> Float {
      let scale = max(1, own.map { abs($0) }.max() ?? 1)
      let differences = zip(own, others).map { abs($0 - $1) / scale }
      return differences.allSatisfy(\.isFinite) ? differences.max() ?? 0 : .infinity
    }
    return max(share(q, other.q), share(spendToGo, other.spendToGo))
  }
}

extension WeaklyCoupledVectors {
  enum TensorName {
    static let observation = "test.observation"
    static let logPrice = "test.log_money_price"
    static let q = "test.q"
    static let spendToGo = "test.spend_to_go"
    static let all = [observation, logPrice, q, spendToGo]
  }

  /// The vectors as tensors.
  package var tensors: [Safetensors.Tensor] {
    func shape(_ count: Int) -> [Int] { [rows, channels, count / max(rows * channels, 1)] }
    return [
      .init(name: TensorName.observation, shape: shape(observations.count), floats: observations),
      .init(name: TensorName.logPrice, shape: [rows], floats: logPrices),
      .init(name: TensorName.q, shape: shape(q.count), floats: q),
      .init(name: TensorName.spendToGo, shape: shape(spendToGo.count), floats: spendToGo),
    ]
  }

  /// Takes the vectors out of a file of a policy.
  ///
  /// - Throws: `InputError` where they are missing, or their shapes do not fit.
  package init(_ file: Safetensors, of policy: WeaklyCoupledPolicy) throws(InputError) {
    let found = try file.tensor(TensorName.observation).shape
    guard found.count == 3, found[2] == policy.shape.columns.count, found[0] > 0, found[1] > 0 else {
      throw .shape(of: TensorName.observation, found, needed: [-1, -1, policy.shape.columns.count])
    }
    let values = [found[0], found[1], policy.shape.columns.levels]
    self.init(
      rows: found[0], channels: found[1],
      observations: try file.finiteFloats(TensorName.observation, shape: found),
      logPrices: try file.finiteFloats(TensorName.logPrice, shape: [found[0]]),
      q: try file.finiteFloats(TensorName.q, shape: values),
      spendToGo: try file.finiteFloats(TensorName.spendToGo, shape: values))
  }
}
