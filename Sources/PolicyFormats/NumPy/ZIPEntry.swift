import Documents

/// One stored (not compressed) file of a ZIP archive: PKWARE's APPNOTE.TXT, 4.3.
struct ZIPEntry {
  static let localSignature: UInt32 = 0x0403_4B50
  static let centralSignature: UInt32 = 0x0201_4B50
  static let endSignature: UInt32 = 0x0605_4B50
  /// Names are UTF-8.
  private static let utf8Flag: UInt16 = 1 << 11
  /// 2.0: stored files in folders.
  private static let version: UInt16 = 20

  let name: String
  let content: [UInt8]
  /// Where the local header begins.
  let offset: Int

  /// What stands before the content.
  var localHeader: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: Self.localSignature)
    bytes += description
    bytes += name.utf8
    return bytes
  }

  /// What stands in the directory at the archive's end.
  var centralHeader: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: Self.centralSignature)
    bytes.append(littleEndian: Self.version)
    bytes += description
    // Comment length, disk, internal and external attributes.
    bytes += Array(repeating: 0, count: 10)
    bytes.append(littleEndian: UInt32(offset))
    return bytes + name.utf8
  }

  /// The record that closes an archive.
  static func end(count: Int, offset: Int, size: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: endSignature)
    bytes.append(littleEndian: UInt32(0))
    for _ in 0..<2 { bytes.append(littleEndian: UInt16(count)) }
    bytes.append(littleEndian: UInt32(size))
    bytes.append(littleEndian: UInt32(offset))
    bytes.append(littleEndian: UInt16(0))
    return bytes
  }

  /// The fields that both headers share.
  private var description: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: Self.version)
    bytes.append(littleEndian: Self.utf8Flag)
    bytes.append(littleEndian: UInt16(0))  // stored
    bytes.append(littleEndian: UInt16(0))  // midnight
    bytes.append(littleEndian: NumPyArchive.date)
    bytes.append(littleEndian: CRC32.zip.checksum(content))
    bytes.append(littleEndian: UInt32(content.count))
    bytes.append(littleEndian: UInt32(content.count))
    bytes.append(littleEndian: UInt16(name.utf8.count))
    bytes.append(littleEndian: UInt16(0))
    return bytes
  }
}
