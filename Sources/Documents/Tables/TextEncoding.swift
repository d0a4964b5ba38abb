/// How a table's text is stored.
enum TextEncoding: Sendable, Equatable {
  /// UTF-8, of which ASCII is a part; bytes that are none are read as Windows-1252.
  case bytes
  /// Two bytes a unit, the low one first.
  case utf16LittleEndian
  /// Two bytes a unit, the high one first.
  case utf16BigEndian

  /// Recognises an encoding by its byte order mark, or, in UTF-16 without one, by the zeros of its Latin letters.
  init(of bytes: some Collection<UInt8>) {
    let start = Array(bytes.prefix(512))
    let zeros = (0..<2).map { side in
      stride(from: side, to: start.count, by: 2).count { start[$0] == 0 } * 5 > start.count
    }
    if start.starts(with: [0xFF, 0xFE]) || zeros == [false, true] {
      self = .utf16LittleEndian
    } else if start.starts(with: [0xFE, 0xFF]) || zeros == [true, false] {
      self = .utf16BigEndian
    } else {
      self = .bytes
    }
  }

  /// The bytes of the same text in UTF-8; for `bytes`, these themselves.
  func decoded(_ bytes: [UInt8]) -> [UInt8] {
    guard self != .bytes else { return bytes }
    let (high, low) = self == .utf16BigEndian ? (0, 1) : (1, 0)
    let units = stride(from: 0, to: bytes.count - 1, by: 2).map {
      UInt16(bytes[$0 + high]) << 8 | UInt16(bytes[$0 + low])
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }
}

/// Text in Windows-1252 (which ISO 8859-1's letters are a part of) as UTF-8; nil where it is UTF-8 already.
func windows1252(_ bytes: [UInt8]) -> [UInt8]? {
  guard bytes.contains(where: { $0 > 127 }), String(validating: bytes, as: UTF8.self) == nil else {
    return nil
  }
  /// What Windows-1252 holds from 0x80 to 0x9F; 0 where nothing is.
  let upper: [UInt16] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
    0x017D,
    0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,
    0x017E, 0x0178,
  ]
  let units = bytes.map { byte in
    guard (0x80..<0xA0).contains(byte) else { return UInt16(byte) }
    let unit = upper[Int(byte) - 0x80]
    return unit == 0 ? 0xFFFD : unit
  }
  return Array(String(decoding: units, as: UTF16.self).utf8)
}
