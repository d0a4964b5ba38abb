import Documents
import Foundation
import PolicyFormats
import Serving
import Testing

@Suite struct JSONLinesLogTests {
  /// Files are renamed at the limit, as many as asked for stay, and no line is torn.
  @Test func rotates() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID()).jsonl").path()
    let all = [path] + (1...3).map { "\(path).\($0)" }
    defer { for path in all { try? FileManager.default.removeItem(atPath: path) } }
    let log = try JSONLinesLog(path: path, sizeLimit: 1000, keep: 2)
    for number in 0..<500 {
      log.append(["number": JSONValue(number)])
      if number % 10 == 9 { log.flush() }
    }
    #expect(!FileManager.default.fileExists(atPath: "\(path).3"))
    var numbers: [Int] = []
    for path in ["\(path).2", "\(path).1", path] {
      let bytes = try AtomicFile.read(path)
      #expect(bytes.count < 1300)
      for line in bytes.split(separator: UInt8(ascii: "\n")) {
        numbers.append(try #require(JSONValue(parsing: line)["number"]?.int))
      }
    }
    #expect(numbers == Array((500 - numbers.count)..<500))
    #expect(numbers.count > 100)
  }

  @Test func goesOnWithAFile() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID()).jsonl").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    for number in 0..<2 {
      let log = try JSONLinesLog(path: path)
      log.append(["number": JSONValue(number)])
      log.flush()
    }
    #expect(try AtomicFile.read(path) == Array("{\"number\":0}\n{\"number\":1}\n".utf8))
    #expect(throws: FileError.self) { try JSONLinesLog(path: "/no/such/folder/log") }
  }
}
