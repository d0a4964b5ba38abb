import Documents
import Testing

struct JSONCodingTests {
  private struct Row: Codable, Equatable {
    var name: String
    var budgetUsed: Double
    var ci95: [Double]
    var isPrior: Bool
    var seed: UInt64
    var weight: Float
    var bestLevel: Int?
    var rest: JSONValue
  }

  private let row = Row(
    name: "über \"all\"", budgetUsed: 0.1, ci95: [-1, 2.5], isPrior: true, seed: .max, weight: 0.1,
    bestLevel: nil,
    rest: ["a": [1, nil ?? 2]])

  @Test func membersKeepTheirOrderAndKeysAreSnakeCase() throws {
    #expect(
      JSONValue(encoding: row).text()
        == #"{"name":"über \"all\"","budget_used":0.1,"ci95":[-1,2.5],"is_prior":true,"seed":18446744073709551615,"#
        + #""weight":0.1,"best_level":null,"rest":{"a":[1,2]}}"#)
  }

  @Test func readsBackWhatItWrote() throws {
    let text = JSONValue(encoding: [row, row]).text(indented: true)
    #expect(try JSONValue(parsing: text.utf8).decoded(as: [Row].self) == [row, row])
  }

  @Test func numbersThatAreNotFiniteAreNullAndComeBackAsNone() throws {
    let document = JSONValue(encoding: [1.5, .nan, -.infinity])
    #expect(document == [1.5, .null, .null])
    let numbers = try document.decoded(as: [Double].self)
    #expect(numbers[0] == 1.5 && numbers[1].isNaN && numbers[2].isNaN)
  }

  @Test func namesStandAsTheyAre() throws {
    struct Named: Encodable {
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: JSONName.self)
        try container.encode(1, forKey: JSONName(stringValue: "myChannel"))
        try container.encode(2, forKey: JSONName(stringValue: "a b"))
      }
    }
    #expect(JSONValue(encoding: Named()).text() == #"{"myChannel":1,"a b":2}"#)
  }

  @Test func errorsNameThePlace() throws {
    func message(_ text: String) throws -> String {
      let document = try JSONValue(parsing: text.utf8)
      let error = #expect(throws: InputError.self) {
        _ = try document.decoded(as: [Row].self, file: "rows.json")
      }
      return try #require(error).description
    }
    #expect(try message(#"[{"name": 1}]"#).hasPrefix("rows.json: [0].name: is the number 1, not a text;"))
    #expect(try message(#"[{"name": "a"}]"#).hasPrefix("rows.json: [0]: lacks 'budget_used';"))
    #expect(try message(#"{"name": "a"}"#).hasPrefix("rows.json: is an object, not a list;"))
    let seeds = try JSONValue(parsing: "[0, -1]".utf8)
    let error = #expect(throws: InputError.self) { _ = try seeds.decoded(as: [UInt8].self) }
    #expect(try #require(error).key == "[1]")
  }
}
