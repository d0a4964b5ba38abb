/// Values by name, in their order: in a document an object, whose keys stand as they are.
package struct Named<Value: Codable & Sendable>: Codable, Sendable {
  /// The names with their values.
  package let members: [(name: String, value: Value)]

  /// Names values.
  package init(_ members: [(name: String, value: Value)]) { self.members = members }

  /// The value of a name; nil where there is none.
  package subscript(name: String) -> Value? { members.first { $0.name == name }?.value }

  /// Reads an object.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: JSONName.self)
    members = try container.allKeys.map { ($0.stringValue, try container.decode(Value.self, forKey: $0)) }
  }

  /// Writes an object.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: JSONName.self)
    for (name, value) in members { try container.encode(value, forKey: JSONName(stringValue: name)) }
  }
}
