/// One key of a configuration: how it is read, written and explained.
///
/// A configuration's table of settings is the only place that names its keys; parsing, overrides, the resolved file and
/// the help all follow it.
package struct Setting<Configuration>: Sendable {
  /// The key with its sections: `agent.learning_rate`.
  package let key: String
  /// What the key was called in files of older versions; read, but no longer written.
  package var formerly: String?
  /// What it means, in a few words.
  package let help: String
  /// The value as YAML spells it.
  package let text: @Sendable (Configuration) -> String
  /// Sets the value; throws what would be allowed.
  package let set: @Sendable (SettingValue, inout Configuration) throws(SettingMismatch) -> Void

  /// Describes a key.
  package init(
    key: String, formerly: String? = nil, help: String, text: @escaping @Sendable (Configuration) -> String,
    set: @escaping @Sendable (SettingValue, inout Configuration) throws(SettingMismatch) -> Void
  ) {
    self.key = key
    self.formerly = formerly
    self.help = help
    self.text = text
    self.set = set
  }
}

/// A value as it stands in a file: a word or a list of words.
package enum SettingValue: Sendable, Equatable {
  case word(String)
  case list([String])
}

/// Says what a setting's value should be.
package struct SettingMismatch: Error {
  package let expected: String

  package init(expected: String) { self.expected = expected }
}

extension Setting {
  /// The same setting of a configuration that holds this one, its key within a section where one is given.
  package func lifted<Outer>(
    _ section: String?, _ field: WritableKeyPath<Outer, Configuration> & Sendable
  ) -> Setting<Outer> {
    Setting<Outer>(
      key: section.map { "\($0).\(key)" } ?? key,
      formerly: formerly.map { old in section.map { "\($0).\(old)" } ?? old },
      help: help
    ) {
      text($0[keyPath: field])
    } set: { value, outer throws(SettingMismatch) in
      try set(value, &outer[keyPath: field])
    }
  }

  package typealias Field<Value> = WritableKeyPath<Configuration, Value> & Sendable

  package static func text(
    _ key: String, formerly: String? = nil, _ field: Field<String>, _ help: String
  ) -> Setting {
    Setting(key: key, formerly: formerly, help: help) {
      JSONValue.string($0[keyPath: field]).text()
    } set: { value, configuration throws(SettingMismatch) in
      guard case .word(let word) = value, !word.isEmpty else { throw SettingMismatch(expected: "a text") }
      configuration[keyPath: field] = word
    }
  }

  /// A text, or `none`.
  package static func text(
    _ key: String, formerly: String? = nil, _ field: Field<String?>, _ help: String
  ) -> Setting {
    Setting(key: key, formerly: formerly, help: help) {
      $0[keyPath: field].map { JSONValue.string($0).text() } ?? "none"
    } set: { value, configuration throws(SettingMismatch) in
      guard case .word(let word) = value, !word.isEmpty else {
        throw SettingMismatch(expected: "a text, or none")
      }
      configuration[keyPath: field] = word == "none" ? nil : word
    }
  }

  package static func flag(_ key: String, _ field: Field<Bool>, _ help: String) -> Setting {
    Setting(key: key, help: help) {
      "\($0[keyPath: field])"
    } set: { value, configuration throws(SettingMismatch) in
      guard case .word(let word) = value, let flag = Bool(word) else {
        throw SettingMismatch(expected: "true or false")
      }
      configuration[keyPath: field] = flag
    }
  }

  package static func integer<Value: FixedWidthInteger & Sendable>(
    _ key: String, _ field: Field<Value>, _ range: ClosedRange<Value>, _ help: String
  ) -> Setting {
    Setting(key: key, help: help) {
      "\($0[keyPath: field])"
    } set: { value, configuration throws(SettingMismatch) in
      guard case .word(let word) = value, let number = Value(plain: word), range.contains(number) else {
        throw SettingMismatch(expected: "a whole number " + bounds(range))
      }
      configuration[keyPath: field] = number
    }
  }

  /// A whole number, or `none`.
  package static func integer(
    _ key: String, _ field: Field<Int?>, _ range: ClosedRange<Int>, _ help: String
  ) -> Setting {
    Setting(key: key, help: help) {
      $0[keyPath: field].map { "\($0)" } ?? "none"
    } set: { value, configuration throws(SettingMismatch) in
      if value == .word("none") {
        configuration[keyPath: field] = nil
      } else if case .word(let word) = value, let number = Int(plain: word), range.contains(number) {
        configuration[keyPath: field] = number
      } else {
        throw SettingMismatch(expected: "none, or a whole number " + bounds(range))
      }
    }
  }

  package static func integers(
    _ key: String, _ field: Field<[Int]>, _ range: ClosedRange<Int>, _ help: String
  )
    -> Setting
  {
    Setting(key: key, help: help) {
      "\($0[keyPath: field])"
    } set: { value, configuration throws(SettingMismatch) in
      let expected = SettingMismatch(
        expected: "a list of whole numbers " + bounds(range) + ", as in [256, 256]")
      guard case .list(let words) = value else { throw expected }
      let numbers = words.compactMap { Int(plain: $0) }.filter(range.contains)
      guard numbers.count == words.count else { throw expected }
      configuration[keyPath: field] = numbers
    }
  }

  package static func number(_ key: String, _ field: Field<Float>, _ allowed: Interval, _ help: String)
    -> Setting
  {
    Setting(key: key, help: help) {
      JSONValue($0[keyPath: field]).text()
    } set: { value, configuration throws(SettingMismatch) in
      guard case .word(let word) = value, let number = allowed.number(word) else {
        throw SettingMismatch(expected: "a number \(allowed)")
      }
      configuration[keyPath: field] = number
    }
  }

  package static func number(
    _ key: String, _ field: Field<Double>, _ allowed: ClosedRange<Double>, _ help: String
  )
    -> Setting
  {
    Setting(key: key, help: help) {
      JSONValue($0[keyPath: field]).text()
    } set: { value, configuration throws(SettingMismatch) in
      guard case .word(let word) = value, let number = Double(word), allowed.contains(number) else {
        throw SettingMismatch(expected: "a number from \(allowed.lowerBound) to \(allowed.upperBound)")
      }
      configuration[keyPath: field] = number
    }
  }

  /// A number, or `none`.
  package static func number(
    _ key: String, _ field: Field<Double?>, _ allowed: ClosedRange<Double>, _ help: String
  ) -> Setting {
    Setting(key: key, help: help) {
      $0[keyPath: field].map { JSONValue($0).text() } ?? "none"
    } set: { value, configuration throws(SettingMismatch) in
      if value == .word("none") {
        configuration[keyPath: field] = nil
      } else if case .word(let word) = value, let number = Double(word), allowed.contains(number) {
        configuration[keyPath: field] = number
      } else {
        throw SettingMismatch(
          expected: "none, or a number from \(allowed.lowerBound) to \(allowed.upperBound)")
      }
    }
  }

  /// One of a few words.
  package static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ key: String, _ field: Field<Value>, _ help: String
  ) -> Setting {
    Setting(key: key, help: help) {
      $0[keyPath: field].rawValue
    } set: { value, configuration throws(SettingMismatch) in
      guard case .word(let word) = value, let choice = Value(rawValue: word) else {
        throw SettingMismatch(expected: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "))
      }
      configuration[keyPath: field] = choice
    }
  }

  private static func bounds<Value: FixedWidthInteger>(_ range: ClosedRange<Value>) -> String {
    range.upperBound == .max
      ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
  }
}
