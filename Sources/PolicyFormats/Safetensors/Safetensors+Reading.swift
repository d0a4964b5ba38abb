import Documents

extension Safetensors {
  /// Reads a file; throws `FileError` or `SafetensorsError`.
  public init(contentsOf path: String) throws {
    try self.init(bytes: try AtomicFile.read(path))
  }

  /// Reads the bytes of a file and refuses everything the format does not allow.
  ///
  /// Offsets must tile the data without hole or overlap and the length must be exact, so that one file can mean one
  /// thing only.
  public init(bytes: [UInt8]) throws(SafetensorsError) {
    let (header, dataStart) = try Self.header(of: bytes)
    guard case .object(let members) = header else { throw .headerNotObject }
    var metadata: [String: String] = [:]
    var entries: [Entry] = []
    for member in members {
      if member.key == "__metadata__" {
        metadata = try Self.texts(in: member.value)
      } else {
        entries.append(try Entry(name: member.key, json: member.value))
      }
    }
    entries.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
    var position = 0
    for entry in entries {
      guard entry.begin >= position else { throw .overlap(tensor: entry.name) }
      guard entry.begin == position else { throw .hole(tensor: entry.name) }
      position = entry.end
    }
    let present = bytes.count - dataStart
    guard position <= present else { throw .truncatedData(announced: position, present: present) }
    guard position == present else { throw .trailingBytes(count: present - position) }
    self.init(
      metadata: metadata,
      tensors: entries.map { entry in
        Tensor(
          name: entry.name, type: entry.type, shape: entry.shape,
          bytes: Array(bytes[dataStart + entry.begin..<dataStart + entry.end]))
      })
  }

  /// The header and where the data starts.
  private static func header(of bytes: [UInt8]) throws(SafetensorsError) -> (JSONValue, dataStart: Int) {
    guard bytes.count >= 8 else { throw .truncatedLength(bytes: bytes.count) }
    let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(headerLimit) else { throw .headerTooLong(bytes: length) }
    let dataStart = 8 + Int(length)
    guard bytes.count >= dataStart else {
      throw .truncatedHeader(announced: Int(length), present: bytes.count - 8)
    }
    var text = bytes[8..<dataStart]
    guard text.first == UInt8(ascii: "{") else { throw .headerNotObject }
    while text.last == UInt8(ascii: " ") { text.removeLast() }
    guard text.last == UInt8(ascii: "}") else {
      // Either the object is not closed, which the parser tells better, or something odd pads it.
      if let close = text.lastIndex(of: UInt8(ascii: "}")), text[close...].dropFirst().allSatisfy(isPadding) {
        throw .headerPadding(offset: close + 1)
      }
      _ = try parse(text)
      throw .headerPadding(offset: text.endIndex)
    }
    return (try parse(text), dataStart)
  }

  private static func parse(_ text: ArraySlice<UInt8>) throws(SafetensorsError) -> JSONValue {
    do throws(JSONError) { return try JSONValue(parsing: text, depthLimit: 8) } catch { throw .header(error) }
  }

  private static func isPadding(_ byte: UInt8) -> Bool { byte <= 0x20 }

  private static func texts(in json: JSONValue) throws(SafetensorsError) -> [String: String] {
    guard case .object(let members) = json else { throw .metadataNotStrings }
    var texts: [String: String] = [:]
    for member in members {
      guard case .string(let text) = member.value else { throw .metadataNotStrings }
      texts[member.key] = text
    }
    return texts
  }

  /// A tensor's entry in the header, its size already checked against type and shape.
  private struct Entry {
    let name: String
    let type: ElementType
    let shape: [Int]
    let begin: Int
    let end: Int

    init(name: String, json: JSONValue) throws(SafetensorsError) {
      self.name = name
      guard case .object(let members) = json else {
        throw .malformedEntry(tensor: name, detail: "is not an object")
      }
      for member in members where !["dtype", "shape", "data_offsets"].contains(member.key) {
        throw .malformedEntry(tensor: name, detail: "has the unknown key '\(member.key)'")
      }
      guard let typeName = json["dtype"]?.string else {
        throw .malformedEntry(tensor: name, detail: "has no text under 'dtype'")
      }
      guard let type = ElementType(rawValue: typeName) else {
        throw .unknownType(tensor: name, name: typeName)
      }
      self.type = type
      guard let dimensions = json["shape"]?.array else {
        throw .malformedEntry(tensor: name, detail: "has no list under 'shape'")
      }
      var shape: [Int] = []
      for dimension in dimensions {
        guard let dimension = dimension.int, dimension >= 0 else { throw .invalidDimension(tensor: name) }
        shape.append(dimension)
      }
      self.shape = shape
      guard let offsets = json["data_offsets"]?.array, offsets.count == 2, let begin = offsets[0].int,
        let end = offsets[1].int, 0 <= begin, begin <= end
      else {
        throw .malformedEntry(tensor: name, detail: "has no rising pair of byte offsets under 'data_offsets'")
      }
      self.begin = begin
      self.end = end
      var bits = type.bits
      for dimension in shape {
        let (product, overflow) = bits.multipliedReportingOverflow(by: dimension)
        guard !overflow else { throw .shapeOverflow(tensor: name) }
        bits = product
      }
      guard bits % 8 == 0 else { throw .brokenByte(tensor: name) }
      let size = bits / 8
      guard end - begin == size else {
        throw .sizeMismatch(tensor: name, expected: size, found: end - begin)
      }
    }
  }
}
