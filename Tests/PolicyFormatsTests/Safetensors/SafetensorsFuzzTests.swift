import Foundation
import LinearAlgebra
import PolicyFormats
import Testing

@Suite struct SafetensorsFuzzTests {
  /// Files that mutation begins with: between them they hold every construct of the format.
  private static let corpus: [[UInt8]] = {
    let texts = [
      #"{}"#, #"{"__metadata__":{"a":"b\u00e9\n","c":""}}  "#,
      #"{"x":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"y":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}"#,
      #"{"e":{"dtype":"BF16","shape":[0,4],"data_offsets":[0,0]},"z":{"data_offsets":[0,2],"shape":[1],"dtype":"F16"}}"#,
    ]
    return zip(texts, [0, 0, 9, 2]).map { text, count in
      let length = withUnsafeBytes(of: UInt64(text.utf8.count).littleEndian) { Array($0) }
      return length + text.utf8 + Array(repeating: 7, count: count)
    }
  }()

  /// What mutation inserts: the words and numbers that decide something.
  private static let words: [[UInt8]] = [
    "{", "}", "[", "]", ",", ":", "\"", "\\u", "\\ud800", "\0", " ", "-1", "1.0", "1e9",
    "9223372036854775808", "[0,9]",
    "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"__metadata__\"", "\"F64\"", "null", "true", "\u{FF}",
    "[[[[[[[[[[",
  ].map { Array($0.utf8) }

  /// Random changes of random files: each is refused or read, never a trap, and what is read is written and read the same.
  ///
  /// `APPORTION_FUZZ=10000000 scripts/test --filter SafetensorsFuzzTests` runs as many instead of the few of a test run.
  @Test func mutatedFilesAreRefusedOrMeanOneThing() throws {
    let count = ProcessInfo.processInfo.environment["APPORTION_FUZZ"].flatMap { Int($0) } ?? 30_000
    var stream = RandomStream(seed: 6, purpose: .test)
    var pool = Self.corpus
    var accepted = 0
    for _ in 0..<count {
      var bytes = pool[Int.random(in: 0..<pool.count, using: &stream)]
      for _ in 0...Int.random(in: 0..<4, using: &stream) { mutate(&bytes, &stream) }
      // Three of four files have a true length, so that what lies behind it is reached.
      if bytes.count > 8, Int.random(in: 0..<4, using: &stream) > 0 {
        let end = bytes.lastIndex(of: UInt8(ascii: "}")) ?? 7
        let length = UInt64(max(0, end - 7)).littleEndian
        withUnsafeBytes(of: length) { bytes.replaceSubrange(0..<8, with: $0) }
      }
      guard let file = try? Safetensors(bytes: bytes) else { continue }
      accepted += 1
      #expect(try Safetensors(bytes: file.serialized()) == file)
      // What is read joins the pool, in place of another but the first.
      if pool.count < 200 { pool.append(bytes) } else { pool[4 + accepted % 196] = bytes }
    }
    #expect(accepted > count / 1000)
  }

  private func mutate(_ bytes: inout [UInt8], _ stream: inout RandomStream) {
    let place = Int.random(in: 0...bytes.count, using: &stream)
    switch Int.random(in: 0..<5, using: &stream) {
    case 0:
      bytes.insert(contentsOf: Self.words[Int.random(in: 0..<Self.words.count, using: &stream)], at: place)
    case 1 where bytes.count < 2000:
      bytes.insert(contentsOf: bytes[..<place].suffix(Int.random(in: 1...80, using: &stream)), at: place)
    case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &stream)))
    case 3 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &stream)
    default:
      if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &stream) }
    }
  }
}
