/// A computation graph with its weights, in the public ONNX format: opset 17, IR version 8.
///
/// ```swift
/// let model = ONNXModel(policy)
/// try model.write(to: "policy.onnx")
/// ```
///
/// Only what policies need is modelled. The messages and their field numbers are those of
/// <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>.
package struct ONNXModel: Sendable, Equatable {
  /// The version of the file format.
  package static let irVersion = 8
  /// The version of the operators.
  package static let opset = 17

  /// The graph's name.
  package var name: String
  /// Free text by key.
  package var metadata: [String: String]
  /// What goes in. An input that an initializer shares its name with is optional.
  package var inputs: [Value]
  /// What comes out.
  package var outputs: [Value]
  /// The operations, each after those whose results it reads.
  package var nodes: [Node]
  /// The constants.
  package var initializers: [Safetensors.Tensor]

  /// Gathers a model.
  package init(
    name: String, metadata: [String: String] = [:], inputs: [Value] = [], outputs: [Value] = [],
    nodes: [Node] = [], initializers: [Safetensors.Tensor] = []
  ) {
    self.name = name
    self.metadata = metadata
    self.inputs = inputs
    self.outputs = outputs
    self.nodes = nodes
    self.initializers = initializers
  }

  /// An input or output of the graph.
  package struct Value: Sendable, Equatable {
    package let name: String
    package let type: Safetensors.ElementType
    /// The length of each dimension.
    package let shape: [Dimension]

    /// Describes an input or output.
    package init(name: String, type: Safetensors.ElementType, shape: [Dimension]) {
      self.name = name
      self.type = type
      self.shape = shape
    }
  }

  /// The length of a dimension.
  package enum Dimension: Sendable, Equatable {
    /// Always the same.
    case fixed(Int)
    /// Known when the graph runs; equal names are equal lengths.
    case symbol(String)
  }

  /// One operation.
  package struct Node: Sendable, Equatable {
    /// The operator's name.
    package let operation: String
    /// The names of what it reads.
    package let inputs: [String]
    /// The names of what it writes.
    package let outputs: [String]
    /// Its settings.
    package let attributes: [String: Int]

    /// Describes an operation.
    package init(
      _ operation: String, _ inputs: [String], _ outputs: [String], attributes: [String: Int] = [:]
    ) {
      self.operation = operation
      self.inputs = inputs
      self.outputs = outputs
      self.attributes = attributes
    }
  }
}

extension Safetensors.ElementType {
  /// The number of the type in `TensorProto.DataType`; nil where ONNX lacks the type.
  var onnx: Int? {
    switch self {
    case .f32: 1
    case .u8: 2
    case .i8: 3
    case .u16: 4
    case .i16: 5
    case .i32: 6
    case .i64: 7
    case .bool: 9
    case .f16: 10
    case .f64: 11
    case .u32: 12
    case .u64: 13
    case .c64: 14
    case .bf16: 16
    case .f8E4M3, .f8E5M2, .f8E8M0, .f6E2M3, .f6E3M2, .f4: nil
    }
  }
}
