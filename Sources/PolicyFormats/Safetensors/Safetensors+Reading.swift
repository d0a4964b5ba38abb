import Documents

extension Safetensors {
  /// Reads a file; throws `InputError`.
  package init(contentsOf path: String) throws(InputError) { self = try Self.read(path) { $0 } }

  /// Takes something out of the file at a path, which errors name.
  static func read<Content>(
    _ path: String, _ take: (Safetensors) throws(InputError) -> Content
  ) throws(InputError) -> Content {
    do { return try take(Safetensors(bytes: AtomicFile.read(path))) } catch { throw error.located(in: path) }
  }

  /// Reads the bytes of a file and refuses everything the format does not allow.
  ///
  /// Offsets must tile the data without hole or overlap and the length must be exact, so that one file can mean one
  /// thing only.
  package init(bytes: [UInt8]) throws(InputError) {
    let (header, dataStart) = try Self.header(of: bytes)
    guard case .object(let members) = header else {
      throw .damaged("has no header that starts with '{', as safetensors files have")
    }
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
      guard entry.begin >= position else { throw .tensor(entry.name, "shares bytes with another") }
      guard entry.begin == position else {
        throw .tensor(entry.name, "stands behind bytes that belong to none")
      }
      position = entry.end
    }
    let present = bytes.count - dataStart
    guard position <= present else {
      throw .damaged("is cut short: its tensors claim \(position) bytes and \(present) are there")
    }
    guard position == present else {
      throw .damaged("has \(present - position) bytes behind the last tensor")
    }
    self.init(
      metadata: metadata,
      tensors: entries.map { entry in
        Tensor(
          name: entry.name, type: entry.type, shape: entry.shape,
          bytes: Array(bytes[dataStart + entry.begin..<dataStart + entry.end]))
      })
  }

  /// The header and where the data starts.
  private static func header(of bytes: [UInt8]) throws(InputError) -> (JSONValue, dataStart: Int) {
    guard bytes.count >= 8 else {
      throw .damaged("has \(bytes.count) bytes, too few for the eight of the header's length")
    }
    let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(headerLimit) else {
      throw .damaged("claims a header of \(length) bytes, more than the 100 MB of the format")
    }
    let dataStart = 8 + Int(length)
    guard bytes.count >= dataStart else {
      throw .damaged("is cut short: its header claims \(Int(length)) bytes and \(bytes.count - 8) are there")
    }
    var text = bytes[8..<dataStart]
    guard text.first == UInt8(ascii: "{") else {
      throw .damaged("has no header that starts with '{', as safetensors files have")
    }
    while text.last == UInt8(ascii: " ") { text.removeLast() }
    guard text.last == UInt8(ascii: "}") else {
      // Either the object is not closed, which the parser tells better, or something odd pads it.
      if let close = text.lastIndex(of: UInt8(ascii: "}")), text[close...].dropFirst().allSatisfy(isPadding) {
        throw .damaged("pads its header with something other than spaces at byte \(close + 1)")
      }
      _ = try parse(text)
      throw .damaged("pads its header with something other than spaces at byte \(text.endIndex)")
    }
    return (try parse(text), dataStart)
  }

  private static func parse(_ text: ArraySlice<UInt8>) throws(InputError) -> JSONValue {
    do throws(JSONError) { return try JSONValue(parsing: text, depthLimit: 8) } catch {
      throw .damaged("has a header that is no strict JSON: \(error)")
    }
  }

  private static func isPadding(_ byte: UInt8) -> Bool { byte <= 0x20 }

  private static func texts(in json: JSONValue) throws(InputError) -> [String: String] {
    guard case .object(let members) = json else {
      throw .damaged("has a __metadata__ that is no object of strings")
    }
    var texts: [String: String] = [:]
    for member in members {
      guard case .string(let text) = member.value else {
        throw .damaged("has a __metadata__ that is no object of strings")
      }
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

    init(name: String, json: JSONValue) throws(InputError) {
      self.name = name
      guard case .object(let members) = json else {
        throw .tensor(name, "is not an object")
      }
      for member in members where !["dtype", "shape", "data_offsets"].contains(member.key) {
        throw .tensor(name, "has the unknown key '\(member.key)'")
      }
      guard let typeName = json["dtype"]?.string else {
        throw .tensor(name, "has no text under 'dtype'")
      }
      guard let type = ElementType(rawValue: typeName) else {
        throw .tensor(name, "has the unknown element type '\(typeName)'")
      }
      self.type = type
      guard let dimensions = json["shape"]?.array else {
        throw .tensor(name, "has no list under 'shape'")
      }
      var shape: [Int] = []
      for dimension in dimensions {
        guard let dimension = dimension.int, dimension >= 0 else {
          throw .tensor(name, "has a dimension that is no non-negative whole number")
        }
        shape.append(dimension)
      }
      self.shape = shape
      guard let offsets = json["data_offsets"]?.array, offsets.count == 2, let begin = offsets[0].int,
        let end = offsets[1].int, 0 <= begin, begin <= end
      else {
        throw .tensor(name, "has no rising pair of byte offsets under 'data_offsets'")
      }
      self.begin = begin
      self.end = end
      var bits = type.bits
      for dimension in shape {
        let (product, overflow) = bits.multipliedReportingOverflow(by: dimension)
        guard !overflow else { throw .tensor(name, "has a shape of more elements than any file holds") }
        bits = product
      }
      guard bits % 8 == 0 else { throw .tensor(name, "ends within a byte") }
      let size = bits / 8
      guard end - begin == size else {
        throw .tensor(name, "needs \(size) bytes by its type and shape and is given \(end - begin)")
      }
    }
  }
}
