import Foundation

/// A table of any size as a sequence of tables that fit in memory, in the order of the file.
///
/// ```swift
/// let pieces = try CSVPieces(contentsOf: "auctions.csv")
/// while let piece = try pieces.next() { … }
/// ```
/// Each piece has the header of the file and knows its rows' lines. Pieces end where rows end: line ends within quotes do not count.
package final class CSVPieces {
  private let path: String
  private let file: FileHandle
  private let pieceSize: Int
  private let reading: TableReading
  private var encoding: TextEncoding?
  /// Bytes that were read but not decoded: half a unit of UTF-16.
  private var undecoded: [UInt8] = []
  private var rest: [UInt8] = []
  private var previous: CSVTable?
  /// The bytes of the file.
  package let size: Int
  /// How many of them were read.
  package private(set) var position = 0

  /// Opens a file; a piece is of about as many bytes.
  ///
  /// - Throws: `InputError` where it cannot be opened.
  package init(
    contentsOf path: String, reading: TableReading = TableReading(), pieceSize: Int = 1 << 22
  ) throws(InputError) {
    guard let file = FileHandle(forReadingAtPath: path),
      let attributes = try? FileManager.default.attributesOfItem(atPath: path),
      attributes[.type] as? FileAttributeType == .typeRegular
    else {
      throw InputError(
        .missing, file: path, problem: "cannot be read", remedy: "check the path and the permissions")
    }
    self.path = path
    self.file = file
    self.pieceSize = pieceSize
    self.reading = reading
    size = (attributes[.size] as? Int) ?? 0
  }

  /// The next rows; nil after the last ones.
  ///
  /// - Throws: `InputError` with the line of the first row that is no row of the table.
  package func next() throws(InputError) -> CSVTable? {
    var bytes = rest
    var end = 0
    while end == 0 {
      let read = try read()
      bytes += read
      guard !read.isEmpty else {
        end = bytes.count
        break
      }
      end = Self.endOfRows(bytes)
    }
    rest = Array(bytes[end...])
    guard end > 0 || previous == nil else { return nil }
    let rows = Array(bytes[..<end])
    let table =
      if let previous { try CSVTable(bytes: rows, after: previous) } else {
        try CSVTable(bytes: rows, path: path, reading: reading)
      }
    previous = table
    return table
  }

  private func read() throws(InputError) -> [UInt8] {
    do {
      let data = try file.read(upToCount: pieceSize) ?? Data()
      position += data.count
      let bytes = undecoded + data
      let encoding = encoding ?? TextEncoding(of: bytes)
      self.encoding = encoding
      let whole = encoding == .bytes ? bytes.count : bytes.count & ~1
      undecoded = Array(bytes[whole...])
      return encoding.decoded(Array(bytes[..<whole]))
    } catch {
      throw InputError(
        .missing, file: path, problem: "cannot be read to its end", remedy: "check the disk")
    }
  }

  /// Behind the last line end that stands outside quotes; 0 where there is none.
  private static func endOfRows(_ bytes: [UInt8]) -> Int {
    var (end, isQuoted) = (0, false)
    bytes.withUnsafeBufferPointer { bytes in
      for (place, byte) in bytes.enumerated() {
        if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
        if byte == UInt8(ascii: "\n"), !isQuoted { end = place + 1 }
      }
    }
    return end
  }
}
