/// Reads a JSON text piece by piece by the grammar of RFC 8259, and nothing more lenient: no duplicate keys, no comments.
///
/// It pulls what its caller expects, so that a long list of numbers need not become a value each:
///
/// ```swift
/// var list = try scanner.array()
/// while try scanner.next(in: &list) { names.append(try scanner.string()) }
/// ```
///
/// The bytes must outlive the scanner. The first error is final.
package struct JSONScanner {
  private let bytes: UnsafeRawBufferPointer
  private let depthLimit: Int
  private let memberLimit: Int
  private var position = 0
  private var depth = 0

  /// Begins at the first of the bytes.
  ///
  /// - Parameters:
  ///   - bytes: the text.
  ///   - depthLimit: how deep arrays and objects may stand in each other.
  ///   - memberLimit: the most members of an object; their keys are kept while it is read.
  package init(_ bytes: UnsafeRawBufferPointer, depthLimit: Int, memberLimit: Int = .max) {
    self.bytes = bytes
    self.depthLimit = depthLimit
    self.memberLimit = memberLimit
  }

  /// An array or object that is being read.
  package struct Container {
    fileprivate var isEmpty = true
    fileprivate var keys: Set<String> = []
  }

  /// What the next value begins like.
  package enum Kind { case object, array, string, boolean, null, number }

  /// Looks at the next value; what cannot begin one counts as a number, and fails as one.
  package mutating func kind() -> Kind {
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
    case UInt8(ascii: "n"): return .null
    default: return .number
    }
  }

  /// Reads the bracket that opens an array.
  package mutating func array() throws(JSONError) -> Container { try open("[", "an array") }

  /// Reads the brace that opens an object.
  package mutating func object() throws(JSONError) -> Container { try open("{", "an object") }

  /// Goes to the next element of an array; false where its bracket closed.
  package mutating func next(in array: inout Container) throws(JSONError) -> Bool {
    try advance(&array, closing: "]")
  }

  /// Goes to the next value of an object and tells its key; nil where its brace closed.
  package mutating func key(in object: inout Container) throws(JSONError) -> String? {
    guard try advance(&object, closing: "}") else { return nil }
    skipSpace()
    let start = position
    guard peek == UInt8(ascii: "\"") else { throw failure(.expected("a key in quotes")) }
    guard object.keys.count < memberLimit else {
      throw failure(.expected("'}', for an object may have \(memberLimit) members"))
    }
    let key = try string()
    // Strings are equal where they are canonically equivalent, so keys that only look different are refused too.
    guard object.keys.insert(key).inserted else { throw failure(.duplicateKey(key), at: start) }
    skipSpace()
    guard take(":") else { throw failure(.expected("':'")) }
    return key
  }

  /// Reads a value of any kind.
  package mutating func value() throws(JSONError) -> JSONValue {
    switch kind() {
    case .object:
      var members: [JSONValue.Member] = []
      var object = try object()
      while let key = try key(in: &object) { members.append(JSONValue.Member(key, try value())) }
      return .object(members)
    case .array:
      var elements: [JSONValue] = []
      var array = try array()
      while try next(in: &array) { elements.append(try value()) }
      return .array(elements)
    case .string: return .string(try string())
    case .boolean: return .boolean(try boolean())
    case .null:
      try word("null")
      return .null
    case .number: return .number(try number())
    }
  }

  /// Reads past a value of any kind.
  package mutating func skip() throws(JSONError) {
    switch kind() {
    case .object:
      var object = try object()
      while try key(in: &object) != nil { try skip() }
    case .array:
      var array = try array()
      while try next(in: &array) { try skip() }
    case .string: _ = try string()
    case .boolean: _ = try boolean()
    case .null: try word("null")
    case .number: _ = try decimal()
    }
  }

  /// Reads `true` or `false`.
  package mutating func boolean() throws(JSONError) -> Bool {
    skipSpace()
    let isTrue = peek == UInt8(ascii: "t")
    try word(isTrue ? "true" : "false")
    return isTrue
  }

  /// Reads a number as it is spelt.
  package mutating func number() throws(JSONError) -> String {
    skipSpace()
    let start = position
    _ = try decimal()
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// Reads a number as the nearest `Float`; infinite where it is too large for one.
  package mutating func float() throws(JSONError) -> Float {
    skipSpace()
    let start = position
    if let nearest = try decimal().float { return nearest }
    return Float(String(decoding: bytes[start..<position], as: UTF8.self)) ?? .nan
  }

  /// Appends the elements of an array that are numbers, as `float` reads them, up to the first that is not: true where it
  /// stands before one, false where the bracket closed.
  package mutating func floats(
    in array: inout Container, into numbers: inout [Float]
  ) throws(JSONError) -> Bool {
    while try next(in: &array) {
      guard kind() == .number else { return true }
      numbers.append(try float())
    }
    return false
  }

  /// Reads a string.
  package mutating func string() throws(JSONError) -> String {
    skipSpace()
    let start = position
    guard take("\"") else { throw failure(.expected("a string")) }
    var text: [UInt8] = []
    var copied = position
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        let rest = bytes[copied..<position - 1]
        let string =
          text.isEmpty
          ? String(validating: rest, as: UTF8.self) : String(validating: text + rest, as: UTF8.self)
        guard let string else { throw failure(.notUTF8, at: start) }
        return string
      case UInt8(ascii: "\\"):
        text += bytes[copied..<position - 1]
        text += try escape()
        copied = position
      case 0..<0x20:
        throw failure(.expected("an escape, for control characters may not stand bare"), at: position - 1)
      default: break
      }
    }
    throw failure(.expected("the end of a string"))
  }

  /// Throws where anything but white space is left.
  package mutating func end() throws(JSONError) {
    skipSpace()
    guard position == bytes.count else { throw failure(.expected("the end")) }
  }

  private mutating func open(_ character: Unicode.Scalar, _ what: String) throws(JSONError) -> Container {
    skipSpace()
    guard peek == UInt8(ascii: character) else { throw failure(.expected(what)) }
    depth += 1
    guard depth <= depthLimit else { throw failure(.tooDeep(limit: depthLimit)) }
    position += 1
    return Container()
  }

  private mutating func advance(
    _ container: inout Container, closing: Unicode.Scalar
  ) throws(JSONError) -> Bool {
    skipSpace()
    if take(closing) {
      depth -= 1
      return false
    }
    if container.isEmpty {
      container.isEmpty = false
      return true
    }
    guard take(",") else { throw failure(.expected("',' or '\(closing)'")) }
    return true
  }

  private mutating func escape() throws(JSONError) -> [UInt8] {
    let start = position - 1
    guard let byte = peek else { throw failure(.expected("an escape"), at: start) }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"):
      var value = try hexadecimal()
      if (0xD800..<0xDC00).contains(value), take("\\"), take("u") {
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else {
          throw failure(.expected("the second half of a surrogate pair"), at: start)
        }
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(value) else {
        throw failure(.expected("a whole surrogate pair"), at: start)
      }
      return Array(UTF8.encode(scalar) ?? .init())
    default: throw failure(.expected("an escape"), at: start)
    }
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure(.expected("a hexadecimal digit"))
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  private mutating func decimal() throws(JSONError) -> DecimalSpelling {
    var decimal = DecimalSpelling(isNegative: take("-"))
    if !take("0") { decimal.exponent += try digits(of: &decimal, "a value").dropped }
    if take(".") {
      let (count, dropped) = try digits(of: &decimal, "a digit")
      decimal.exponent -= count - dropped
    }
    if take("e") || take("E") {
      let isNegative = !take("+") && take("-")
      var power = DecimalSpelling(isNegative: false)
      let dropped = try digits(of: &power, "a digit").dropped
      let size = dropped == 0 && power.digits < 100_000 ? Int(power.digits) : 100_000
      decimal.exponent += isNegative ? -size : size
    }
    return decimal
  }

  /// Reads digits; tells how many, and how many behind the first nineteen that matter were dropped.
  private mutating func digits(
    of decimal: inout DecimalSpelling, _ what: String
  ) throws(JSONError) -> (count: Int, dropped: Int) {
    let start = position
    var dropped = 0
    var appended = 8
    while appended == 8, position + 8 <= bytes.count {
      appended = decimal.append(leading: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      position += appended
    }
    while let byte = peek {
      let digit = byte &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      dropped += decimal.append(digit) ? 0 : 1
      position += 1
    }
    guard position > start else { throw failure(.expected(what)) }
    return (position - start, dropped)
  }

  private mutating func word(_ word: StaticString) throws(JSONError) {
    let spelling = UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard bytes[position...].starts(with: spelling) else { throw failure(.expected("a value")) }
    position += spelling.count
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard let byte = peek, UInt32(byte) == character.value else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private func failure(_ reason: JSONError.Reason, at offset: Int? = nil) -> JSONError {
    JSONError(reason: reason, offset: offset ?? position)
  }
}

extension JSONValue {
  /// Reads one JSON document by the grammar of RFC 8259, and nothing more lenient: no duplicate keys, no comments, no
  /// bytes but white space behind it.
  ///
  /// Foundation's parsers keep one of two equal keys without a word, which lets two readers see two different files.
  package init(parsing bytes: some Collection<UInt8>, depthLimit: Int = 64) throws(JSONError) {
    self = try Array(bytes).withUnsafeBytes { bytes in
      Result { () throws(JSONError) in
        var scanner = JSONScanner(bytes, depthLimit: depthLimit)
        let value = try scanner.value()
        try scanner.end()
        return value
      }
    }.get()
  }
}
