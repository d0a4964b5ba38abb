import Documents
import Foundation
import Testing

@Suite struct JSONTests {
  @Test(arguments: [
    "null", "true", "false", "0", "-0", "12", "-3.25", "1e9", "2E-3", #""""#, #""a\/b\b\f\n\r\t""#, "[]",
    "{}",
    #"{"a":[1,{"b":null}],"c":"d"}"#, " \t\n\r[ 1 , 2 ] ", #""\ud83d\ude42 🙂 \u00e9""#,
  ])
  func agreesWithFoundationOnValidText(text: String) throws {
    let ours = try JSONValue(parsing: text.utf8)
    let again = try JSONValue(parsing: ours.text(indented: true).utf8)
    #expect(ours == again)
    func plain(_ text: String) throws -> NSObject? {
      try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed) as? NSObject
    }
    #expect(try plain(text) == plain(ours.text()))
  }

  @Test(arguments: [
    "", " ", "01", "+1", "1.", ".5", "1e", "- 1", "nul", "nullx", "[1 2]", "[1,]", "{a:1}", "{'a':1}",
    #"{"a" 1}"#, #"{"a":}"#, "\"\n\"", #""\x""#, #""\u12"#, #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#,
    "1 2",
    "NaN", "Infinity", "// c\n1", "\u{FEFF}1", "\"", "[", "{",
  ])
  func refusesOtherText(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text.utf8) }
  }

  @Test func tellsTheByte() {
    #expect(throws: JSONError(reason: .duplicateKey("k"), offset: 7)) {
      try JSONValue(parsing: #"{"k":1,"k":2}"#.utf8)
    }
    #expect(throws: JSONError(reason: .tooDeep(limit: 2), offset: 2)) {
      try JSONValue(parsing: "[[[]]]".utf8, depthLimit: 2)
    }
  }

  @Test func spellsNumbers() {
    #expect(JSONValue(0.1).text() == "0.1")
    #expect(JSONValue(Float(0.1)).text() == "0.1")
    #expect(JSONValue(3.0).text() == "3")
    #expect(JSONValue(Double.nan).text() == "null")
    #expect(JSONValue(-Float.infinity).text() == "null")
    #expect(JSONValue(1e300).double == 1e300)
    let document: JSONValue = ["a": [1, 2.5, true], "b": []]
    #expect(document.text() == #"{"a":[1,2.5,true],"b":[]}"#)
    #expect(
      document.text(indented: true) == "{\n  \"a\": [\n    1,\n    2.5,\n    true\n  ],\n  \"b\": []\n}")
  }
}
