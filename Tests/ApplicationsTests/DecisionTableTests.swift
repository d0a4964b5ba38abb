import Applications
import Documents
import Environments
import Learning
import Testing

@Suite struct DecisionTableTests {
  @Test func saysTheSameThreeTimes() {
    var table = DecisionTable(
      "Two of three.", facts: [.init("left", 3)], rows: "items", columns: ["name", "unit_cost"])
    table.append([.string("a, b"), JSONValue(0.125)])
    table.append([.string("c"), .null])
    #expect(table.text == "Two of three.\nname  unit cost\na, b      0.125\nc\n")
    #expect(table.csv == "name,unit_cost\n\"a, b\",0.125\nc,\n")
    #expect(
      table.json == [
        "left": 3, "items": [["name": "a, b", "unit_cost": 0.125], ["name": "c", "unit_cost": .null]],
      ])
  }

  @Test func saysWhatDecidesNothing() throws {
    var request = DecisionRequest()
    try request.allow([], of: "it")
    (request.history, request.budget) = ("h.csv", 5)
    try request.allow([.history, .budget], of: "it")
    let error = #expect(throws: InputError.self) { try request.allow([.history], of: "it") }
    #expect(error?.description == "--budget: decides nothing of it; leave it out; there are --history")
  }
}
