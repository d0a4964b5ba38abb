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

  /// What logrotate does: the file is renamed or removed under the log, or copied and cut to nothing.
  @Test func goesOnWhereTheFileIsTakenAway() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID()).jsonl").path()
    defer { for path in [path, path + ".old"] { try? FileManager.default.removeItem(atPath: path) } }
    let log = try JSONLinesLog(path: path)
    func add(_ number: Int) throws -> String {
      log.append(["n": JSONValue(number)])
      log.flush()
      return String(decoding: try AtomicFile.read(path), as: UTF8.self)
    }
    #expect(try add(1) == "{\"n\":1}\n")
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.truncate(atOffset: 0)
    // Not at the former place, with zeros before it.
    #expect(try add(2) == "{\"n\":2}\n")
    try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
    #expect(try add(3) == "{\"n\":3}\n")
    try FileManager.default.removeItem(atPath: path)
    #expect(try add(4) == "{\"n\":4}\n")
    // Another process's lines stay where they are.
    let other = try JSONLinesLog(path: path)
    other.append(["n": 5])
    other.flush()
    #expect(try add(6) == "{\"n\":4}\n{\"n\":5}\n{\"n\":6}\n")
    #expect(log.lostLines == 0)
  }

  @Test func countsWhatADiskHadNoRoomFor() throws {
    let log = try JSONLinesLog(path: "/dev/full")
    for number in 0..<5 {
      log.append(["number": JSONValue(number)])
      log.flush()
    }
    #expect(log.lostLines == 5)
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
    #expect(throws: InputError.self) { try JSONLinesLog(path: "/no/such/folder/log") }
  }
}
