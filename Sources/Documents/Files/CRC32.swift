/// A 32-bit cyclic redundancy check, least significant bit first, a table of one byte at a time.
///
///     CRC32.zip.checksum(Array("123456789".utf8))     // 0xCBF4_3926
package struct CRC32: Sendable {
  /// The check of ZIP archives (ISO 3309).
  package static let zip = CRC32(reversedPolynomial: 0xEDB8_8320)
  /// Castagnoli's, the check of TFRecord files (RFC 3720, section 12.1).
  package static let castagnoli = CRC32(reversedPolynomial: 0x82F6_3B78)

  private let table: [UInt32]

  private init(reversedPolynomial: UInt32) {
    table = (0..<256).map { byte in
      (0..<8).reduce(UInt32(byte)) { remainder, _ in
        remainder & 1 == 1 ? remainder >> 1 ^ reversedPolynomial : remainder >> 1
      }
    }
  }

  /// The check of a sequence of bytes.
  package func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(0xFFFF_FFFF) { crc, byte in crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
  }
}
