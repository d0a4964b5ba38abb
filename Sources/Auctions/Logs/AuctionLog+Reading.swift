import Documents
import Foundation

extension AuctionLog {
  /// Reads a log with a line per auction: `click price pctr [hour]`, separated by blanks or tabs.
  ///
  /// `click` is 0 or 1, `price` the market price in whole units, `pctr` the predicted click rate in 0…1. The fourth
  /// column, which all lines have or none, is the hour or any other whole number that classes auctions.
  /// - Throws: `InputError` with the line of the first row that is none.
  public init(contentsOf path: String) throws(InputError) {
    try self.init(bytes: try readLog(path), path: path)
  }

  /// Reads a log from its bytes; `path` is what errors call it.
  public init(bytes: [UInt8], path: String) throws(InputError) {
    var (clicks, prices, values, segments) = ([Bool](), [Int32](), [Double](), [Int32]())
    var width = 0
    var lines = LogLines(bytes: bytes, path: path)
    while let line = lines.next() {
      let fields = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      if fields.isEmpty { continue }
      guard fields.count == 3 || fields.count == 4, width == 0 || fields.count == width else {
        throw lines.error(
          nil, "has \(fields.count) columns",
          "give \(width == 0 ? "click, price, pctr and, if known, the hour" : "\(width) as in the lines before")"
        )
      }
      width = fields.count
      guard let click = wholeNumber(fields[0]), click == 0 || click == 1 else {
        throw lines.error("click", "is '\(Auctions.text(fields[0]))'", "give 0 or 1")
      }
      guard let price = wholeNumber(fields[1]), price >= 0, price <= 1_000_000 else {
        throw lines.error("price", "is '\(Auctions.text(fields[1]))'", "give a whole price from 0 to 1000000")
      }
      guard let value = Double(Auctions.text(fields[2])), (0...1).contains(value) else {
        throw lines.error("pctr", "is '\(Auctions.text(fields[2]))'", "give a rate from 0 to 1")
      }
      if width == 4 {
        guard let segment = wholeNumber(fields[3]), segment >= 0 else {
          throw lines.error("hour", "is '\(Auctions.text(fields[3]))'", "give a whole number from 0")
        }
        segments.append(segment)
      }
      clicks.append(click == 1)
      prices.append(price)
      values.append(value)
    }
    guard !prices.isEmpty else {
      throw InputError(.malformed, file: path, problem: "holds no auction", remedy: "give a line per auction")
    }
    self.init(clicks: clicks, prices: prices, values: values, segments: segments)
  }
}

/// The bytes of a log.
func readLog(_ path: String) throws(InputError) -> [UInt8] {
  let bytes = try readBytes(path)
  guard !bytes.starts(with: [0x1F, 0x8B]), !bytes.starts(with: Array("BZh".utf8)) else {
    throw InputError(
      .malformed, file: path, problem: "is compressed", remedy: "unpack it first, as by gunzip or bunzip2")
  }
  return bytes
}

/// The lines of a text, either line end.
struct LogLines {
  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  /// The number of the line read last, from 1.
  private(set) var number = 0

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  mutating func next() -> ArraySlice<UInt8>? {
    guard position < bytes.count else { return nil }
    let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    var line = bytes[position..<end]
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    position = end + 1
    number += 1
    return line
  }

  /// An error on the line read last.
  func error(_ column: String?, _ problem: String, _ remedy: String) -> InputError {
    InputError(.malformed, file: path, line: number, key: column, problem: problem, remedy: remedy)
  }
}

/// A whole number of plain digits, with or without a sign; nil for anything else.
func wholeNumber(_ bytes: ArraySlice<UInt8>) -> Int32? {
  guard let first = bytes.first else { return nil }
  let isNegative = first == UInt8(ascii: "-")
  let digits = isNegative ? bytes.dropFirst() : bytes
  guard !digits.isEmpty, digits.count <= 9 else { return nil }
  var number: Int32 = 0
  for byte in digits {
    guard byte >= 48, byte <= 57 else { return nil }
    number = number * 10 + Int32(byte - 48)
  }
  return isNegative ? -number : number
}

/// Bytes as text.
func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
