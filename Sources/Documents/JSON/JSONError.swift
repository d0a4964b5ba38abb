/// Why a text is not the JSON it should be, and at which byte.
package struct JSONError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  package enum Reason: Sendable, Equatable {
    /// A string's bytes are not UTF-8.
    case notUTF8
    /// The grammar allows something else here.
    case expected(String)
    /// An object holds a key twice.
    case duplicateKey(String)
    /// Arrays and objects stand deeper in each other than is allowed.
    case tooDeep(limit: Int)
  }

  /// What is wrong.
  package let reason: Reason
  /// The number of bytes before the place.
  package let offset: Int

  /// Joins what is wrong and where.
  package init(reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// A clause for whoever knows what the text is.
  package var description: String {
    switch reason {
    case .notUTF8: "the string at byte \(offset) of the text is not valid UTF-8"
    case .expected(let what): "byte \(offset) of the text should be \(what)"
    case .duplicateKey(let key): "the key \"\(key)\" stands twice in one object, at byte \(offset) again"
    case .tooDeep(let limit): "byte \(offset) of the text nests deeper than the \(limit) levels allowed"
    }
  }
}
