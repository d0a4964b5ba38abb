/// Why a text is not the JSON it should be, and at which byte.
public struct JSONError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: Sendable, Equatable {
    /// The bytes are not UTF-8.
    case notUTF8
    /// The grammar allows something else here.
    case expected(String)
    /// An object holds a key twice.
    case duplicateKey(String)
    /// Arrays and objects stand deeper in each other than is allowed.
    case tooDeep(limit: Int)
  }

  /// What is wrong.
  public let reason: Reason
  /// The number of bytes before the place.
  public let offset: Int

  /// Joins what is wrong and where.
  public init(reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// One sentence.
  public var description: String {
    switch reason {
    case .notUTF8: "The text is not valid UTF-8."
    case .expected(let what): "Byte \(offset) of the text should be \(what)."
    case .duplicateKey(let key): "The key \"\(key)\" stands twice in one object, at byte \(offset) again."
    case .tooDeep(let limit): "Byte \(offset) of the text nests deeper than the \(limit) levels allowed."
    }
  }
}

extension JSONValue {
  /// Reads one JSON document by the grammar of RFC 8259, and nothing more lenient: no duplicate keys, no comments, no
  /// bytes but white space behind it.
  ///
  /// Foundation's parsers keep one of two equal keys without a word, which lets two readers see two different files.
  public init(parsing bytes: some Collection<UInt8>, depthLimit: Int = 64) throws(JSONError) {
    var parser = JSONParser(bytes: Array(bytes), depthLimit: depthLimit)
    self = try parser.document()
  }
}

/// Recursive descent over UTF-8 bytes.
private struct JSONParser {
  let bytes: [UInt8]
  let depthLimit: Int
  var position = 0

  init(bytes: [UInt8], depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  mutating func document() throws(JSONError) -> JSONValue {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw failure(.notUTF8) }
    let value = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw failure(.expected("the end")) }
    return value
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= depthLimit else { throw failure(.tooDeep(limit: depthLimit)) }
    position += 1
    var members: [JSONValue.Member] = []
    var keys: Set<String> = []
    skipSpace()
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      let start = position
      guard peek == UInt8(ascii: "\"") else { throw failure(.expected("a key in quotes")) }
      let key = try string()
      // Strings are equal where they are canonically equivalent, so keys that only look different are refused too.
      guard keys.insert(key).inserted else { throw failure(.duplicateKey(key), at: start) }
      skipSpace()
      guard take(":") else { throw failure(.expected("':'")) }
      members.append(JSONValue.Member(key, try value(depth: depth)))
      skipSpace()
    } while take(",")
    guard take("}") else { throw failure(.expected("',' or '}'")) }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= depthLimit else { throw failure(.tooDeep(limit: depthLimit)) }
    position += 1
    var elements: [JSONValue] = []
    skipSpace()
    if take("]") { return .array(elements) }
    repeat {
      elements.append(try value(depth: depth))
      skipSpace()
    } while take(",")
    guard take("]") else { throw failure(.expected("',' or ']'")) }
    return .array(elements)
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += try escape()
      case 0..<0x20:
        throw failure(.expected("an escape, for control characters may not stand bare"), at: position - 1)
      default: text.append(byte)
      }
    }
    throw failure(.expected("the end of a string"))
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

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    _ = take("-")
    if !take("0") { try digits("a value") }
    if take(".") { try digits("a digit") }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits("a digit")
    }
    return .number(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func digits(_ what: String) throws(JSONError) {
    let start = position
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    guard position > start else { throw failure(.expected(what)) }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let spelling = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard bytes[position...].starts(with: spelling) else { throw failure(.expected("a value")) }
    position += spelling.count
    return value
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
