import Documents

extension Safetensors {
  /// The file's bytes; equal content gives equal bytes.
  ///
  /// The header is padded with spaces so that the elements start at a multiple of eight.
  package func serialized() -> [UInt8] {
    precondition(
      Set(tensors.map(\.name)).count == tensors.count, "The tensors of one file need names of their own.")
    var members: [JSONValue.Member] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }
      members.append(.init("__metadata__", .object(texts.map { .init($0.key, .string($0.value)) })))
    }
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.bytes.count
      members.append(
        .init(
          tensor.name,
          [
            "dtype": .string(tensor.type.rawValue), "shape": .array(tensor.shape.map { JSONValue($0) }),
            "data_offsets": [JSONValue(offset), JSONValue(end)],
          ]))
      offset = end
    }
    var header = Array(JSONValue.object(members).text().utf8)
    header += Array(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    precondition(header.count <= Self.headerLimit, "A header may not exceed \(Self.headerLimit) bytes.")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + offset)
    bytes.append(littleEndian: UInt64(header.count))
    bytes += header
    for tensor in tensors { bytes += tensor.bytes }
    return bytes
  }

  /// Writes the file, whole or not at all.
  public func write(to path: String) throws(InputError) {
    try AtomicFile.write(serialized(), to: path)
  }
}
