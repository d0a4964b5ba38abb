import Foundation

/// A key of a document that stands as it is, such as a strategy's name; all other keys are spelt in snake case.
package struct JSONName: CodingKey, Sendable, Hashable {
  /// The key.
  package let stringValue: String
  /// The place in a list; nil of a key of an object.
  package let intValue: Int?

  /// Takes a key as it is.
  package init(stringValue: String) {
    self.stringValue = stringValue
    intValue = nil
  }

  /// Names a place in a list.
  package init(intValue: Int) {
    stringValue = "\(intValue)"
    self.intValue = intValue
  }
}

extension JSONValue: Codable {
  /// The document of a value: members in the order in which they are encoded, `averageReward` under the key
  /// `average_reward`, nil and numbers that are not finite as `null`. A value that refuses to be encoded is a fault.
  public init(encoding value: some Encodable) {
    let slot = Slot()
    do { try slot.encode(value) } catch {
      preconditionFailure("A document cannot be made of \(value): \(error)")
    }
    self = slot.document
  }

  /// Stands for itself in a document; only `init(encoding:)` can encode it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(self)
  }
}

/// A value as an entry of a policy's metadata: JSON on one line, its keys as they are in code and sorted, so that equal values
/// are equal texts. A value that refuses to be encoded is a fault.
package func metadataText(_ value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  do { return String(decoding: try encoder.encode(value), as: UTF8.self) } catch {
    preconditionFailure("Metadata cannot be made of \(value): \(error)")
  }
}

/// The name of a key in a document.
func documentKey(_ key: some CodingKey) -> String {
  if key is JSONName { return key.stringValue }
  return key.stringValue.reduce(into: "") { name, letter in
    if letter.isUppercase { name += "_" }
    name += letter.lowercased()
  }
}

/// A place of a document that is still to be filled.
private final class Slot: Encoder, SingleValueEncodingContainer {
  private var whole = JSONValue.null
  private var members: [(key: String, slot: Slot)]?
  private(set) var elements: [Slot]?
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  var document: JSONValue {
    if let members { return .object(members.map { JSONValue.Member($0.key, $0.slot.document) }) }
    return elements.map { .array($0.map(\.document)) } ?? whole
  }

  func container<Key: CodingKey>(keyedBy: Key.Type) -> KeyedEncodingContainer<Key> {
    members = members ?? []
    return KeyedEncodingContainer(Members(slot: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    elements = elements ?? []
    return Elements(slot: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  func encodeNil() { whole = .null }

  func encode(_ value: some Encodable) throws {
    switch value {
    case let value as JSONValue: whole = value
    case let value as Double: whole = JSONValue(value)
    case let value as Float: whole = JSONValue(value)
    case let value as String: whole = .string(value)
    case let value as Bool: whole = .boolean(value)
    case let value as any FixedWidthInteger: whole = .number("\(value)")
    default: try value.encode(to: self)
    }
  }

  func member(_ key: String) -> Slot {
    let slot = Slot()
    members?.append((key, slot))
    return slot
  }

  func element() -> Slot {
    let slot = Slot()
    elements?.append(slot)
    return slot
  }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let slot: Slot
  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) { slot.member(documentKey(key)).encodeNil() }
  func encode(_ value: some Encodable, forKey key: Key) throws {
    try slot.member(documentKey(key)).encode(value)
  }
  // The protocol leaves nil out unless each of these says otherwise.
  func encodeIfPresent(_ value: (some Encodable)?, forKey key: Key) throws { try write(value, key) }
  func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try write(value, key) }
  func encodeIfPresent(_ value: String?, forKey key: Key) throws { try write(value, key) }
  func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try write(value, key) }
  func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try write(value, key) }
  func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try write(value, key) }

  private func write(_ value: (some Encodable)?, _ key: Key) throws {
    let member = slot.member(documentKey(key))
    if let value { try member.encode(value) }
  }

  func nestedContainer<Nested>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
    slot.member(documentKey(key)).container(keyedBy: type)
  }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    slot.member(documentKey(key)).unkeyedContainer()
  }
  func superEncoder() -> any Encoder { slot.member("super") }
  func superEncoder(forKey key: Key) -> any Encoder { slot.member(documentKey(key)) }
}

private struct Elements: UnkeyedEncodingContainer {
  let slot: Slot
  var codingPath: [any CodingKey] { [] }
  var count: Int { slot.elements?.count ?? 0 }

  func encodeNil() { slot.element().encodeNil() }
  func encode(_ value: some Encodable) throws { try slot.element().encode(value) }
  func nestedContainer<Nested>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    slot.element().container(keyedBy: type)
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { slot.element().unkeyedContainer() }
  func superEncoder() -> any Encoder { slot.element() }
}
