import Documents

extension ONNXModel {
  /// Reads a model and, where they lie beside it, its weights; throws `InputError`.
  package init(contentsOf path: String) throws(InputError) {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    try self.init(bytes: try AtomicFile.read(path)) { name in
      // A name only: a model must not reach into other folders.
      name.contains("/") || name == ".." ? nil : try? AtomicFile.read(folder + name)
    }
  }

  /// Reads a model of the kind that is written here: opset 17, weights as raw bytes, whole-number attributes.
  ///
  /// - Parameters:
  ///   - bytes: the model's file.
  ///   - data: gives the bytes of a file beside the model's by its name; nil where there is none.
  package init(bytes: [UInt8], data: (String) -> [UInt8]? = { _ in nil }) throws(InputError) {
    let model = try Fields(bytes[...], of: "model")
    let opset = try model.messages(8).first?.integer(2) ?? 0
    guard model.integer(1) == Self.irVersion, opset == Self.opset else {
      throw .damaged(
        "is ONNX of IR version \(model.integer(1) ?? 0) and opset \(opset), where \(Self.irVersion) and \(Self.opset) are read"
      )
    }
    guard let graph = try model.messages(7).first else { throw .onnx("graph") }
    self.init(name: graph.text(2) ?? "")
    metadata = try Self.entries(model.messages(14))
    inputs = try Self.each(graph.messages(11), Value.init)
    outputs = try Self.each(graph.messages(12), Value.init)
    nodes = try Self.each(graph.messages(1), Node.init)
    var files: [String: [UInt8]] = [:]
    initializers = try Self.each(graph.messages(5)) { tensor throws(InputError) in
      try Safetensors.Tensor(onnx: tensor) { name in
        if files[name] == nil { files[name] = data(name) }
        return files[name]
      }
    }
  }

  private static func each<Result>(
    _ messages: [Fields], _ read: (Fields) throws(InputError) -> Result
  ) throws(InputError) -> [Result] {
    var results: [Result] = []
    for message in messages { results.append(try read(message)) }
    return results
  }

  /// `StringStringEntryProto`s.
  fileprivate static func entries(_ messages: [Fields]) throws(InputError) -> [String: String] {
    var entries: [String: String] = [:]
    for message in messages {
      guard let key = message.text(1) else { throw .onnx("list of texts") }
      entries[key] = message.text(2) ?? ""
    }
    return entries
  }
}

/// A message's fields by number.
private struct Fields {
  let fields: [ProtobufField]
  let name: String

  init(_ bytes: ArraySlice<UInt8>, of name: String) throws(InputError) {
    guard let fields = ProtobufField.fields(of: bytes) else { throw .onnx(name) }
    self.fields = fields
    self.name = name
  }

  func integer(_ number: Int) -> Int? { fields.last { $0.number == number }?.integer }
  func text(_ number: Int) -> String? { fields.last { $0.number == number }?.text }
  func bytes(_ number: Int) -> ArraySlice<UInt8>? { fields.last { $0.number == number }?.bytes }
  func texts(_ number: Int) -> [String] { fields.filter { $0.number == number }.compactMap(\.text) }

  /// Repeated whole numbers, one to a field or many packed into one.
  func integers(_ number: Int) throws(InputError) -> [Int] {
    var integers: [Int] = []
    for field in fields where field.number == number {
      if let integer = field.integer {
        integers.append(integer)
      } else if let bytes = field.bytes, let packed = ProtobufField.integers(packed: bytes) {
        integers += packed
      } else {
        throw .onnx(name)
      }
    }
    return integers
  }

  func messages(_ number: Int) throws(InputError) -> [Fields] {
    var messages: [Fields] = []
    for field in fields where field.number == number {
      guard let bytes = field.bytes else { throw .onnx(name) }
      messages.append(try Fields(bytes, of: name))
    }
    return messages
  }
}

extension Safetensors.ElementType {
  fileprivate init(onnx number: Int?, of name: String) throws(InputError) {
    guard let number, let type = Self.allCases.first(where: { $0.onnx == number }) else {
      throw .tensor(name, "does not hold what it says")
    }
    self = type
  }
}

extension ONNXModel.Value {
  /// `ValueInfoProto`.
  fileprivate init(_ message: Fields) throws(InputError) {
    guard let name = message.text(1), let type = try message.messages(2).first,
      let tensor = try type.messages(1).first
    else { throw .onnx("input or output") }
    var shape: [ONNXModel.Dimension] = []
    for dimension in try tensor.messages(2).first?.messages(1) ?? [] {
      shape.append(dimension.integer(1).map { .fixed($0) } ?? .symbol(dimension.text(2) ?? ""))
    }
    self.init(
      name: name, type: try Safetensors.ElementType(onnx: tensor.integer(1), of: name), shape: shape)
  }
}

extension ONNXModel.Node {
  /// `NodeProto`.
  fileprivate init(_ message: Fields) throws(InputError) {
    guard let operation = message.text(4) else { throw .onnx("operation") }
    var attributes: [String: Int] = [:]
    for attribute in try message.messages(5) {
      guard let name = attribute.text(1), let value = attribute.integer(3) else {
        throw .damaged("cannot be run: an attribute is not a whole number", at: "operation '\(operation)'")
      }
      attributes[name] = value
    }
    self.init(operation, message.texts(1), message.texts(2), attributes: attributes)
  }
}

extension Safetensors.Tensor {
  /// `TensorProto`.
  fileprivate init(onnx message: Fields, data: (String) -> [UInt8]?) throws(InputError) {
    let name = message.text(8) ?? ""
    let type = try Safetensors.ElementType(onnx: message.integer(2), of: name)
    let shape = try message.integers(1)
    var bytes = message.bytes(9).map { Array($0) } ?? []
    if message.integer(14) == 1 {
      let place = try ONNXModel.entries(message.messages(13))
      guard let file = place["location"], let offset = Int(place["offset"] ?? "0"), offset >= 0,
        let length = Int(place["length"] ?? ""), length >= 0
      else { throw .tensor(name, "does not hold what it says") }
      guard let content = data(file), offset <= content.count, length <= content.count - offset else {
        throw .tensor(name, "should have its bytes in '\(file)' beside the model, and has not")
      }
      bytes = Array(content[offset..<offset + length])
    }
    var size = type.bits / 8
    for dimension in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else { throw .tensor(name, "does not hold what it says") }
      size = product
    }
    guard bytes.count == size else { throw .tensor(name, "does not hold what it says") }
    self.init(name: name, type: type, shape: shape, bytes: bytes)
  }
}
