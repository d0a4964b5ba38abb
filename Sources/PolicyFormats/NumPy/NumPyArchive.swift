import Documents

/// Named arrays in NumPy's `.npz` format: a ZIP archive, stored without compression, of one `.npy` file per array.
///
/// ```swift
/// try AtomicFile.write(try NumPyArchive.serialized(policy.safetensors), to: "policy.npz")
/// ```
///
/// Metadata stand in an array `metadata` of no dimensions that holds a JSON text. In Python:
/// `numpy.load("policy.npz")["trunk.0.weight"]` and `json.loads(str(numpy.load("policy.npz")["metadata"]))`.
///
/// The formats: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html> and PKWARE's APPNOTE.TXT.
package enum NumPyArchive {
  /// The name of the array that holds the metadata.
  static let metadataName = "metadata"
  /// Before the year 1980 ZIP knows no time: equal content gives equal bytes.
  static let date: UInt16 = 1 << 5 | 1

  /// The bytes of an archive.
  ///
  /// - Throws: `InputError` for a type that NumPy lacks, or more than 4 GiB.
  package static func serialized(_ file: Safetensors) throws(InputError) -> [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    var count = 0
    func append(_ name: String, _ content: [UInt8]) throws(InputError) {
      guard archive.count + content.count < Int(UInt32.max) - (1 << 20) else {
        throw InputError(
          .invalid, problem: "a NumPy archive holds up to 4 GiB", remedy: "export as safetensors instead")
      }
      let entry = ZIPEntry(name: name + ".npy", content: content, offset: archive.count)
      archive += entry.localHeader + content
      directory += entry.centralHeader
      count += 1
    }
    let texts = file.metadata.sorted { $0.key < $1.key }
    let metadata = JSONValue.object(texts.map { .init($0.key, .string($0.value)) }).text()
    try append(metadataName, npy(type: "<U\(metadata.unicodeScalars.count)", shape: [], utf32(metadata)))
    for tensor in file.tensors {
      guard let type = tensor.type.numpy else {
        throw .tensor(tensor.name, "is of type \(tensor.type.rawValue), which NumPy lacks")
      }
      try append(tensor.name, npy(type: type, shape: tensor.shape, tensor.bytes))
    }
    return archive + directory + ZIPEntry.end(count: count, offset: archive.count, size: directory.count)
  }

  /// Version 1.0 of the `.npy` format; the elements start at a multiple of 64.
  private static func npy(type: String, shape: [Int], _ elements: [UInt8]) -> [UInt8] {
    let dimensions = shape.map { "\($0)," }.joined(separator: " ")
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(dimensions)), }"
    header += String(repeating: " ", count: (64 - (10 + header.utf8.count + 1) % 64) % 64) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes.append(littleEndian: UInt16(header.utf8.count))
    return bytes + header.utf8 + elements
  }

  private static func utf32(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars { bytes.append(littleEndian: scalar.value) }
    return bytes
  }
}

extension Safetensors.ElementType {
  /// NumPy's name of the type; nil where it lacks the type.
  var numpy: String? {
    switch self {
    case .bool: "|b1"
    case .u8: "|u1"
    case .i8: "|i1"
    case .u16: "<u2"
    case .i16: "<i2"
    case .f16: "<f2"
    case .u32: "<u4"
    case .i32: "<i4"
    case .f32: "<f4"
    case .u64: "<u8"
    case .i64: "<i8"
    case .f64: "<f8"
    case .c64: "<c8"
    case .bf16, .f8E5M2, .f8E4M3, .f8E8M0, .f6E2M3, .f6E3M2, .f4: nil
    }
  }
}
