#if canImport(Glibc)
  import Documents
  import Glibc
#else
  import Darwin
#endif

/// Runs an ONNX graph in plain loops and double precision: slow, and independent of the engine, so that it can judge
/// what an exported file computes.
///
/// It knows the operators that policies are written with, as opset 17 defines them.
package struct ONNXInterpreter {
  private let model: ONNXModel

  /// Takes a model to run.
  package init(_ model: ONNXModel) { self.model = model }

  /// A dense array, row-major.
  package struct DenseArray: Sendable, Equatable {
    /// The length of each dimension.
    package let shape: [Int]
    /// The elements; truth values are 0 and 1.
    package let elements: [Double]

    /// Joins shape and elements.
    package init(shape: [Int], elements: [Double]) {
      precondition(
        elements.count == shape.reduce(1, *),
        "An array of shape \(shape) cannot have \(elements.count) elements.")
      self.shape = shape
      self.elements = elements
    }
  }

  /// Computes all outputs; throws `InputError`.
  ///
  /// - Parameter inputs: arrays by name; those that the model has a default for may be missing.
  package func run(_ inputs: [String: DenseArray]) throws(InputError) -> [String: DenseArray] {
    var values: [String: DenseArray] = [:]
    for tensor in model.initializers {
      guard let elements = tensor.doubles else {
        throw .damaged(
          "cannot be run: its type \(tensor.type.rawValue) is not one of policies",
          at: "operation '\(tensor.name)'")
      }
      values[tensor.name] = DenseArray(shape: tensor.shape, elements: elements)
    }
    values.merge(inputs) { _, given in given }
    for node in model.nodes {
      let operands = node.inputs.compactMap { values[$0] }
      guard operands.count == node.inputs.count else {
        throw .damaged("cannot be run: an input has no value", at: "operation '\(node.operation)'")
      }
      guard let results = Operation(node: node, operands: operands).results,
        results.count == node.outputs.count
      else {
        throw .damaged(
          "cannot be run: unknown operator, or shapes \(operands.map(\.shape)) do not fit",
          at: "operation '\(node.operation)'")
      }
      for (name, result) in zip(node.outputs, results) { values[name] = result }
    }
    var outputs: [String: DenseArray] = [:]
    for output in model.outputs { outputs[output.name] = values[output.name] }
    return outputs
  }
}

/// One operation on its operands.
private struct Operation {
  typealias DenseArray = ONNXInterpreter.DenseArray
  let node: ONNXModel.Node
  let operands: [DenseArray]

  /// What the operation computes; nil where it is unknown or the shapes do not fit.
  var results: [DenseArray]? {
    switch (node.operation, operands.count) {
    case ("Add", 2): elementwise { $0[0] + $0[1] }
    case ("Sub", 2): elementwise { $0[0] - $0[1] }
    case ("Mul", 2): elementwise { $0[0] * $0[1] }
    case ("Div", 2): elementwise { $0[0] / $0[1] }
    case ("Max", 2): elementwise { max($0[0], $0[1]) }
    case ("Min", 2): elementwise { min($0[0], $0[1]) }
    case ("Greater", 2): elementwise { $0[0] > $0[1] ? 1 : 0 }
    case ("And", 2): elementwise { $0[0] != 0 && $0[1] != 0 ? 1 : 0 }
    case ("Where", 3): elementwise { $0[0] != 0 ? $0[1] : $0[2] }
    case ("Relu", 1): elementwise { max(0, $0[0]) }
    case ("Exp", 1): elementwise { exp($0[0]) }
    case ("Concat", 1...): concatenation
    case ("Unsqueeze", 2): unsqueezed
    case ("Cast", 1): operands
    case ("Gemm", 3): gemm
    case ("MatMul", 2): product(operands[0], operands[1])
    case ("Split", 2): split
    case ("Slice", 4): slice
    case ("Gather", 2): gather
    case ("ArgMax", 1): argmax
    default: nil
    }
  }

  /// Applies a function element by element, with NumPy's broadcasting, to at least two dimensions.
  private func elementwise(_ function: ([Double]) -> Double) -> [DenseArray]? {
    let rank = max(2, operands.map(\.shape.count).max() ?? 2)
    let shapes = operands.map { Array(repeating: 1, count: rank - $0.shape.count) + $0.shape }
    let shape: [Int] = (0..<rank).map { axis in shapes.map { $0[axis] }.max() ?? 1 }
    for own in shapes {
      guard zip(own, shape).allSatisfy({ $0 == $1 || $0 == 1 }) else { return nil }
    }
    /// The element of an operand of a shape that meets a place of the result.
    func element(_ operand: DenseArray, _ own: [Int], at place: Int) -> Double {
      var (rest, index, stride) = (place, 0, 1)
      for axis in (0..<rank).reversed() {
        if own[axis] > 1 { index += rest % shape[axis] * stride }
        stride *= own[axis]
        rest /= shape[axis]
      }
      return operand.elements[index]
    }
    let elements: [Double] = (0..<shape.reduce(1, *)).map { place in
      function(zip(operands, shapes).map { element($0, $1, at: place) })
    }
    return [DenseArray(shape: shape, elements: elements)]
  }

  /// Arrays side by side along the last axis.
  private var concatenation: [DenseArray]? {
    guard let first = operands.first, let axis = node.attributes["axis"], axis == first.shape.count - 1,
      operands.allSatisfy({ $0.shape.dropLast() == first.shape.dropLast() })
    else { return nil }
    var elements: [Double] = []
    for row in 0..<first.shape.dropLast().reduce(1, *) {
      for operand in operands {
        let width = operand.shape[axis]
        elements += operand.elements[row * width..<(row + 1) * width]
      }
    }
    let width = operands.reduce(0) { $0 + $1.shape[axis] }
    return [DenseArray(shape: Array(first.shape.dropLast()) + [width], elements: elements)]
  }

  /// More axes of one element behind the others.
  private var unsqueezed: [DenseArray]? {
    let (array, axes) = (operands[0], operands[1].elements.map { Int($0) })
    guard axes == Array(array.shape.count..<array.shape.count + axes.count) else { return nil }
    return [DenseArray(shape: array.shape + axes.map { _ in 1 }, elements: array.elements)]
  }

  private func product(_ left: DenseArray, _ right: DenseArray) -> [DenseArray]? {
    guard left.shape.count >= 2, right.shape.count == 2, left.shape.last == right.shape[0] else { return nil }
    let (inner, columns) = (right.shape[0], right.shape[1])
    let rows = left.shape.dropLast().reduce(1, *)
    var elements = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for index in 0..<inner {
        let factor = left.elements[row * inner + index]
        for column in 0..<columns {
          elements[row * columns + column] += factor * right.elements[index * columns + column]
        }
      }
    }
    return [DenseArray(shape: Array(left.shape.dropLast()) + [columns], elements: elements)]
  }

  /// A · Bᵀ + c.
  private var gemm: [DenseArray]? {
    let weights = operands[1]
    guard node.attributes == ["transB": 1], weights.shape.count == 2 else { return nil }
    let (outputs, inputs) = (weights.shape[0], weights.shape[1])
    let transposed = DenseArray(
      shape: [inputs, outputs],
      elements: (0..<inputs * outputs).map { weights.elements[$0 % outputs * inputs + $0 / outputs] })
    return product(operands[0], transposed)?.first.flatMap { product in
      Operation(node: node, operands: [product, operands[2]]).elementwise { $0[0] + $0[1] }
    }
  }

  /// The columns of a range, the last axis being columns; nil where there are none such.
  private func columns(_ range: Range<Int>) -> DenseArray? {
    let array = operands[0]
    guard array.shape.count >= 2, let width = array.shape.last, range.lowerBound >= 0,
      range.upperBound <= width
    else { return nil }
    let elements = (0..<array.shape.dropLast().reduce(1, *)).flatMap { row in
      range.map { array.elements[row * width + $0] }
    }
    return DenseArray(shape: Array(array.shape.dropLast()) + [range.count], elements: elements)
  }

  private var split: [DenseArray]? {
    guard node.attributes == ["axis": 1] else { return nil }
    var start = 0
    var parts: [DenseArray] = []
    for size in operands[1].elements.map({ Int($0) }) {
      guard size >= 0, let part = columns(start..<start + size) else { return nil }
      parts.append(part)
      start += size
    }
    return start == operands[0].shape[1] ? parts : nil
  }

  private var slice: [DenseArray]? {
    let bounds = operands[1...].map { $0.elements.map { Int($0) } }
    guard bounds[2] == [operands[0].shape.count - 1], bounds[0].count == 1, bounds[1].count == 1,
      bounds[0][0] <= bounds[1][0]
    else {
      return nil
    }
    return columns(bounds[0][0]..<bounds[1][0]).map { [$0] }
  }

  /// Columns by an index table: rows × table's shape.
  private var gather: [DenseArray]? {
    let (matrix, table) = (operands[0], operands[1])
    guard node.attributes == ["axis": 1], matrix.shape.count == 2,
      table.elements.allSatisfy({ $0 >= 0 && Int($0) < matrix.shape[1] })
    else { return nil }
    let elements = (0..<matrix.shape[0]).flatMap { row in
      table.elements.map { matrix.elements[row * matrix.shape[1] + Int($0)] }
    }
    return [DenseArray(shape: [matrix.shape[0]] + table.shape, elements: elements)]
  }

  /// The place of the largest element along the last of three dimensions; of equals the first.
  private var argmax: [DenseArray]? {
    let array = operands[0]
    guard node.attributes == ["axis": 2, "keepdims": 0], array.shape.count == 3, array.shape[2] > 0 else {
      return nil
    }
    let size = array.shape[2]
    let places = stride(from: 0, to: array.elements.count, by: size).map { start in
      let best = (0..<size).reduce(0) { best, index in
        array.elements[start + index] > array.elements[start + best] ? index : best
      }
      return Double(best)
    }
    return [DenseArray(shape: [array.shape[0], array.shape[1]], elements: places)]
  }
}

extension Safetensors.Tensor {
  /// The elements of a tensor of one of the types that policies use; nil for others.
  fileprivate var doubles: [Double]? {
    switch type {
    case .f32: (try? floats())?.map { Double($0) }
    case .i64: words(UInt64.self).map { Double(Int64(bitPattern: $0)) }
    case .bool: bytes.map { Double($0) }
    default: nil
    }
  }
}
