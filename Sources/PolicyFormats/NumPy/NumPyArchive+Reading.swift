import Documents

extension NumPyArchive {
  /// Reads an archive of the kind that is written here, checksums included; compressed archives are refused.
  package static func read(_ bytes: [UInt8]) throws(InputError) -> Safetensors {
    var file = Safetensors()
    var rest = bytes[...]
    while word(rest, at: 0, size: 4) == UInt64(ZIPEntry.localSignature) {
      guard let method = word(rest, at: 8, size: 2), method == 0, let checksum = word(rest, at: 14, size: 4),
        let size = word(rest, at: 22, size: 4), let nameLength = word(rest, at: 26, size: 2),
        let extraLength = word(rest, at: 28, size: 2)
      else { throw .damaged("is no NumPy archive: an entry is cut short or compressed") }
      let start = 30 + Int(nameLength) + Int(extraLength)
      guard rest.count >= start + Int(size),
        let name = String(validating: rest.dropFirst(30).prefix(Int(nameLength)), as: UTF8.self),
        name.hasSuffix(".npy")
      else { throw .damaged("is no NumPy archive: an entry is cut short or no array") }
      let content = Array(rest.dropFirst(start).prefix(Int(size)))
      guard UInt64(CRC32.zip.checksum(content)) == checksum else {
        throw .damaged("is no NumPy archive: the checksum of '\(name)' is wrong")
      }
      rest = rest.dropFirst(start + Int(size))
      let arrayName = String(name.dropLast(4))
      let array = try NPY(content, name: arrayName)
      if arrayName == metadataName {
        file.metadata = try texts(array)
      } else {
        file.tensors.append(try array.tensor)
      }
    }
    guard word(rest, at: 0, size: 4) == UInt64(ZIPEntry.centralSignature) else {
      throw .damaged("is no NumPy archive: it is cut short or no archive")
    }
    return file
  }

  private static func texts(_ array: NPY) throws(InputError) -> [String: String] {
    var text = ""
    for start in stride(from: 0, to: array.elements.count, by: 4) {
      guard let value = word(array.elements, at: start, size: 4), let scalar = Unicode.Scalar(UInt32(value))
      else {
        throw .damaged("is no NumPy archive: its metadata are no text")
      }
      text.unicodeScalars.append(scalar)
    }
    guard case .object(let members)? = try? JSONValue(parsing: text.utf8) else {
      throw .damaged("is no NumPy archive: its metadata are no JSON object")
    }
    var texts: [String: String] = [:]
    for member in members { texts[member.key] = member.value.string }
    return texts
  }
}

/// A `.npy` file taken apart.
private struct NPY {
  let name: String
  let type: String
  let shape: [Int]
  let elements: ArraySlice<UInt8>

  init(_ bytes: [UInt8], name: String) throws(InputError) {
    let magic = [0x93] + Array("NUMPY".utf8) + [1, 0]
    guard bytes.starts(with: magic), let length = word(bytes[...], at: 8, size: 2),
      let header = String(validating: bytes.dropFirst(10).prefix(Int(length)), as: UTF8.self),
      let type = Self.text(in: header, between: "'descr': '", "'"),
      let dimensions = Self.text(in: header, between: "'shape': (", ")"),
      header.contains("'fortran_order': False")
    else { throw .damaged("is no NumPy archive: '\(name)' is no array of version 1.0 in C order") }
    let shape = dimensions.split(separator: ",").map { Int($0.filter { $0 != " " }) }
    self.name = name
    self.type = type
    self.shape = shape.compactMap { $0 }
    elements = bytes.dropFirst(10 + Int(length))
    guard self.shape.count == shape.count, self.shape.allSatisfy({ $0 >= 0 }) else {
      throw .damaged("is no NumPy archive: the shape of '\(name)' is none")
    }
  }

  var tensor: Safetensors.Tensor {
    get throws(InputError) {
      guard let type = Safetensors.ElementType.allCases.first(where: { $0.numpy == type }) else {
        throw .tensor(name, "is of type \(type), which NumPy lacks")
      }
      var size = type.bits / 8
      for dimension in shape {
        let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
        guard !overflow else { throw .damaged("is no NumPy archive: the shape of '\(name)' overflows") }
        size = product
      }
      guard size == elements.count else {
        throw .damaged("is no NumPy archive: '\(name)' holds too few or too many bytes")
      }
      return .init(name: name, type: type, shape: shape, bytes: Array(elements))
    }
  }

  private static func text(in header: String, between start: String, _ end: String) -> String? {
    guard let first = header.firstRange(of: start), let last = header[first.upperBound...].firstRange(of: end)
    else {
      return nil
    }
    return String(header[first.upperBound..<last.lowerBound])
  }
}

/// A little-endian number of some bytes; nil behind the end.
private func word(_ bytes: ArraySlice<UInt8>, at offset: Int, size: Int) -> UInt64? {
  guard bytes.count >= offset + size else { return nil }
  return bytes.dropFirst(offset).prefix(size).reversed().reduce(0) { $0 << 8 | UInt64($1) }
}
