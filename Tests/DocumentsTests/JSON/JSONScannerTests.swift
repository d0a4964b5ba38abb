import Documents
import LinearAlgebra
import Testing

@Suite struct JSONScannerTests {
  /// Numbers of all spellings are read as the nearest `Float`, as the standard library reads them.
  @Test func readsTheNearestFloat() throws {
    var stream = RandomStream(seed: 3, purpose: .test)
    var texts = [
      "0", "-0", "0.0", "-0.0e5", "1", "16777217", "16777217.0000000001", "0.1", "1e-45", "7e-46", "1e-400",
      "1e400",
      "3.4028235e38", "3.4028236e38", "1e99999999999999999999", "123456789012345678901234567890",
      "0.000000000000000000000000000000123456789012345678901", "1.17549435e-38", "8.5e-46",
      "9007199254740993",
    ]
    for _ in 0..<100_000 {
      let float = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &stream))
      guard float.isFinite else { continue }
      // As it is, as Python spells it, halfway to the next one, and short.
      texts += ["\(float)", "\(Double(float))", "\((Double(float) + Double(float.nextUp)) / 2)"]
      texts.append(
        "\(Int.random(in: -99999...99999, using: &stream))e\(Int.random(in: -12...12, using: &stream))")
    }
    var wrong = 0
    for text in texts where JSONScanner.float(text)?.bitPattern != Float(text)?.bitPattern { wrong += 1 }
    #expect(wrong == 0)
  }

  /// Lists are read in one go, whatever number of digits stands in a row and whatever stands behind them.
  @Test func readsListsOfNumbers() throws {
    var stream = RandomStream(seed: 4, purpose: .test)
    func digits(_ most: Int) -> String {
      let count = Int.random(in: 1...most, using: &stream)
      return String((0..<count).map { _ in Character("\(Int.random(in: 0...9, using: &stream))") })
    }
    func number() -> String {
      let whole = Bool.random(using: &stream) ? "0" : "\(Int.random(in: 1...9, using: &stream))" + digits(12)
      let sign = Bool.random(using: &stream) ? "-" : ""
      return sign + whole + (Bool.random(using: &stream) ? "" : ".\(digits(24))")
        + (Bool.random(using: &stream) ? "" : "e-\(Int.random(in: 0...30, using: &stream))")
    }
    for _ in 0..<2_000 {
      let texts = (0..<8).map { _ in number() }
      let text = Array("[\(texts.joined(separator: Bool.random(using: &stream) ? "," : " , ")),true,7]".utf8)
      try text.withUnsafeBytes { bytes in
        var scanner = JSONScanner(bytes, depthLimit: 1)
        var (list, numbers) = (try scanner.array(), [Float]())
        #expect(try scanner.floats(in: &list, into: &numbers))
        #expect(try scanner.boolean())
        #expect(try !scanner.floats(in: &list, into: &numbers))
        try scanner.end()
        #expect(numbers.map(\.bitPattern) == (texts + ["7"]).map { Float($0)?.bitPattern })
      }
    }
  }

  /// What is skipped is what could be read.
  @Test func skipsWhatItCouldRead() {
    let texts = [
      #"{"a":[1,{"b":null}],"c":"d\u00e9","e":[true,false,-1.5e3]}"#, "[1,]", "[1 2]", #"{"a":1,"a":2}"#,
      "[[[[[]]]]]",
      "nul", "1.", "\"\\x\"", "\"\u{FF}", "[", "{\"a\"", "{}", "[]", " 7 ", "{\"a\":1,}",
    ]
    for text in texts {
      func outcome(_ read: (inout JSONScanner) throws(JSONError) -> Void) -> JSONError? {
        text.utf8CString.withUnsafeBytes { bytes in
          var scanner = JSONScanner(UnsafeRawBufferPointer(rebasing: bytes.dropLast()), depthLimit: 4)
          do throws(JSONError) {
            try read(&scanner)
            try scanner.end()
            return nil
          } catch { return error }
        }
      }
      let read = outcome { scanner throws(JSONError) in _ = try scanner.value() }
      let skipped = outcome { scanner throws(JSONError) in try scanner.skip() }
      #expect(read == skipped, "\(text)")
    }
  }

  @Test func limitsMembers() {
    let text = Array(#"{"a":1,"b":2,"c":3}"#.utf8)
    for (limit, isRead) in [(3, true), (2, false)] {
      text.withUnsafeBytes { bytes in
        var scanner = JSONScanner(bytes, depthLimit: 4, memberLimit: limit)
        #expect(((try? scanner.skip()) != nil) == isRead)
      }
    }
  }
}

extension JSONScanner {
  fileprivate static func float(_ text: String) -> Float? {
    Array(text.utf8).withUnsafeBytes { bytes in
      var scanner = JSONScanner(bytes, depthLimit: 1)
      return try? scanner.float()
    }
  }
}
