import Documents

extension ONNXModel {
  /// The bytes of the model's file, and of the file beside it that holds the weights where the model would get too
  /// large for one message.
  package struct Files: Sendable, Equatable {
    /// The model's file.
    package let model: [UInt8]
    /// The weights' file; nil where the weights are part of the model's.
    package let data: [UInt8]?
  }

  /// The model as bytes; equal models give equal bytes.
  ///
  /// - Parameters:
  ///   - dataName: the name of the weights' file, beside the model's.
  ///   - messageLimit: above so many bytes of weights they go to a file of their own. Protocol Buffers allow messages of
  ///     up to 2 GiB.
  package func serialized(dataName: String = "model.onnx.data", messageLimit: Int = 2_000_000_000) -> Files {
    let isExternal = initializers.reduce(0) { $0 + $1.bytes.count } > messageLimit
    var data: [UInt8] = []
    var graph = ProtobufMessage()
    for (index, node) in nodes.enumerated() { graph.append(message(of: node, index), field: 1) }
    graph.append(name, field: 2)
    for tensor in initializers {
      graph.append(
        message(of: tensor, external: isExternal ? (dataName, data.count) : nil), field: 5)
      if isExternal {
        data += tensor.bytes
        // Whoever maps the file wants each tensor on a page of its own.
        data += Array(repeating: 0, count: (4096 - data.count % 4096) % 4096)
      }
    }
    for input in inputs { graph.append(message(of: input), field: 11) }
    for output in outputs { graph.append(message(of: output), field: 12) }

    var operators = ProtobufMessage()
    operators.append("", field: 1)  // domain: ONNX's own
    operators.append(Self.opset, field: 2)  // version
    var model = ProtobufMessage()
    model.append(Self.irVersion, field: 1)
    model.append("apportion", field: 2)  // producer_name
    model.append(graph, field: 7)
    model.append(operators, field: 8)  // opset_import
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      model.append(entry(key, value), field: 14)  // metadata_props
    }
    return Files(model: model.bytes, data: isExternal ? data : nil)
  }

  /// Writes the model whole or not at all, and, where it is too large for one message, its weights to `<path>.data`.
  package func write(to path: String, messageLimit: Int = 2_000_000_000) throws(InputError) {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let files = serialized(dataName: name + ".data", messageLimit: messageLimit)
    if let data = files.data { try AtomicFile.write(data, to: path + ".data") }
    try AtomicFile.write(files.model, to: path)
  }

  /// `NodeProto`.
  private func message(of node: Node, _ index: Int) -> ProtobufMessage {
    var message = ProtobufMessage()
    for input in node.inputs { message.append(input, field: 1) }
    for output in node.outputs { message.append(output, field: 2) }
    message.append("\(node.operation)_\(index)", field: 3)  // name
    message.append(node.operation, field: 4)  // op_type
    for (key, value) in node.attributes.sorted(by: { $0.key < $1.key }) {
      var attribute = ProtobufMessage()
      attribute.append(key, field: 1)  // name
      attribute.append(value, field: 3)  // i
      attribute.append(2, field: 20)  // type: INT
      message.append(attribute, field: 5)
    }
    return message
  }

  /// `TensorProto`.
  private func message(of tensor: Safetensors.Tensor, external: (String, Int)?) -> ProtobufMessage {
    var message = ProtobufMessage()
    for dimension in tensor.shape { message.append(dimension, field: 1) }  // dims
    message.append(number(of: tensor.type), field: 2)  // data_type
    message.append(tensor.name, field: 8)
    guard let (file, offset) = external else {
      message.append(bytes: tensor.bytes, field: 9)  // raw_data
      return message
    }
    message.append(entry("location", file), field: 13)  // external_data
    message.append(entry("offset", "\(offset)"), field: 13)
    message.append(entry("length", "\(tensor.bytes.count)"), field: 13)
    message.append(1, field: 14)  // data_location: EXTERNAL
    return message
  }

  /// `ValueInfoProto`.
  private func message(of value: Value) -> ProtobufMessage {
    var shape = ProtobufMessage()
    for dimension in value.shape {
      var length = ProtobufMessage()
      switch dimension {
      case .fixed(let count): length.append(count, field: 1)  // dim_value
      case .symbol(let name): length.append(name, field: 2)  // dim_param
      }
      shape.append(length, field: 1)
    }
    var tensor = ProtobufMessage()
    tensor.append(number(of: value.type), field: 1)  // elem_type
    tensor.append(shape, field: 2)
    var type = ProtobufMessage()
    type.append(tensor, field: 1)  // tensor_type
    var message = ProtobufMessage()
    message.append(value.name, field: 1)
    message.append(type, field: 2)
    return message
  }

  /// `StringStringEntryProto`.
  private func entry(_ key: String, _ value: String) -> ProtobufMessage {
    var message = ProtobufMessage()
    message.append(key, field: 1)
    message.append(value, field: 2)
    return message
  }

  private func number(of type: Safetensors.ElementType) -> Int {
    guard let number = type.onnx else {
      preconditionFailure("ONNX \(Self.opset) has no element type \(type).")
    }
    return number
  }
}
