import Documents
import Testing

/// The check values of the two polynomials in the catalogue of parametrised CRC algorithms.
@Test func checksOfNineDigits() {
  #expect(CRC32.zip.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
  #expect(CRC32.castagnoli.checksum(Array("123456789".utf8)) == 0xE306_9283)
}

/// RFC 3720, appendix B.4: 32 bytes of zeros, of ones, and ascending.
@Test func checksOfThePublishedBlocks() {
  #expect(CRC32.castagnoli.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
  #expect(CRC32.castagnoli.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
  #expect(CRC32.castagnoli.checksum(0..<32) == 0x46DD_794E)
}
