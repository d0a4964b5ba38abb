/// A number in decimal spelling: ± digits · 10^exponent, the first nineteen digits that matter.
struct DecimalSpelling {
  let isNegative: Bool
  private(set) var digits: UInt64 = 0
  var exponent = 0
  /// Whether digits other than zero were dropped.
  private var isCut = false

  init(isNegative: Bool) { self.isNegative = isNegative }

  /// Appends a digit; false where there is no room left and it was dropped.
  mutating func append(_ digit: UInt8) -> Bool {
    // 10^18: one more digit fits.
    guard digits < 1_000_000_000_000_000_000 else {
      isCut = isCut || digit != 0
      return false
    }
    digits = digits &* 10 &+ UInt64(digit)
    return true
  }

  /// Appends the digits that eight bytes of a spelling begin with, and tells how many they are; none where there is no
  /// room for all of them.
  ///
  /// All at once, pairs first, then fours, then the eight (Lemire, "Number parsing at a gigabyte per second", 2021).
  mutating func append(leading bytes: UInt64) -> Int {
    let spelling = UInt64(littleEndian: bytes)
    // "0" to "9" are 0x30 to 0x39: the upper half is 3, and stays so when 6 is added.
    let threes: UInt64 = 0x3030_3030_3030_3030
    let others =
      ((spelling ^ threes) | ((spelling &+ 0x0606_0606_0606_0606) ^ threes)) & 0xF0F0_F0F0_F0F0_F0F0
    let count = others.trailingZeroBitCount / 8
    guard digits < Self.room[count] else { return 0 }
    // What stands behind the digits is shifted out; the first digit is in the lowest byte, zeros before it count nothing.
    let aligned = (spelling & 0x0F0F_0F0F_0F0F_0F0F) << (64 - 8 * count)
    let pairs = (aligned &* (10 << 8 + 1)) >> 8 & 0x00FF_00FF_00FF_00FF
    let fours = (pairs &* (100 << 16 + 1)) >> 16 & 0x0000_FFFF_0000_FFFF
    let eight = (fours &* (10_000 << 32 + 1)) >> 32
    digits = digits &* Self.wholePowers[count] &+ eight
    return count
  }

  /// The nearest `Float`; nil where double precision does not decide it, which is rare.
  ///
  /// Digits and power are each rounded once or twice, so the true number lies within a few 2⁻⁵³ of the product (Clinger,
  /// 1990). Where both ends of a wider interval round to one `Float`, so does the number.
  var float: Float? {
    guard digits > 0, !isCut, (-44...22).contains(exponent) else {
      return digits == 0 ? (isNegative ? -0.0 : 0) : nil
    }
    var size = Double(digits)
    if exponent >= 0 {
      size *= Self.powers[exponent]
    } else {
      size /= Self.powers[min(-exponent, 22)]
      if exponent < -22 { size /= Self.powers[-exponent - 22] }
    }
    let margin = size * 0x1p-50
    let (low, high) = (Float(size - margin), Float(size + margin))
    guard low == high else { return nil }
    return isNegative ? -low : low
  }

  /// 10^0 … 10^8.
  private static let wholePowers: [UInt64] = [
    1, 10, 100, 1000, 10000, 100000, 1_000_000, 10_000_000, 100_000_000,
  ]
  /// By number of digits, what there must be less than for as many more to fit: 10^19 … 10^11.
  private static let room: [UInt64] = [
    10_000_000_000_000_000_000, 1_000_000_000_000_000_000, 100_000_000_000_000_000, 10_000_000_000_000_000,
    1_000_000_000_000_000, 100_000_000_000_000, 10_000_000_000_000, 1_000_000_000_000, 100_000_000_000,
  ]

  /// 10^0 … 10^22, which double precision holds exactly.
  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20,
    1e21, 1e22,
  ]
}
