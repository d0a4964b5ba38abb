import Documents
import Learning
import NeuralNetworks

extension Setting {
  /// A number, or `none`.
  package static func number(_ key: String, _ field: Field<Float?>, _ allowed: Interval, _ help: String)
    -> Setting
  {
    Setting(key: key, help: help) {
      $0[keyPath: field].map { JSONValue($0).text() } ?? "none"
    } set: { value, configuration throws(SettingMismatch) in
      if value == .word("none") {
        configuration[keyPath: field] = nil
      } else if case .word(let word) = value, let number = allowed.number(word) {
        configuration[keyPath: field] = number
      } else {
        throw SettingMismatch(expected: "none, or a number \(allowed)")
      }
    }
  }

  /// A constant, or `[from, to]` or `[from, to, until]` for a straight line over the run or its first part.
  package static func schedule(_ key: String, _ field: Field<Schedule>, _ allowed: Interval, _ help: String)
    -> Setting
  {
    Setting(key: key, help: help) {
      switch $0[keyPath: field] {
      case .constant(let number): JSONValue(number).text()
      case .linear(let from, let to, let until):
        "[" + [from, to, until].map { JSONValue($0).text() }.joined(separator: ", ") + "]"
      }
    } set: { value, configuration throws(SettingMismatch) in
      let mismatch = SettingMismatch(
        expected: "a number \(allowed), or a line as [from, to] or [from, to, until]")
      switch value {
      case .word(let word):
        guard let number = allowed.number(word) else { throw mismatch }
        configuration[keyPath: field] = .constant(number)
      case .list(let words):
        let ends = words.prefix(2).compactMap { allowed.number($0) }
        let until = words.count == 3 ? Interval.unit.number(words[2]) : 1
        guard ends.count == 2, words.count <= 3, let until else { throw mismatch }
        configuration[keyPath: field] = .linear(from: ends[0], to: ends[1], until: until)
      }
    }
  }

  /// `[polyak, τ]` or `[hard, updates]`.
  package static func targetUpdate(_ key: String, _ field: Field<TargetUpdate>, _ help: String) -> Setting {
    Setting(key: key, help: help) {
      switch $0[keyPath: field] {
      case .hard(let interval): "[hard, \(interval)]"
      case .polyak(let rate): "[polyak, \(JSONValue(rate).text())]"
      }
    } set: { value, configuration throws(SettingMismatch) in
      if case .list(let words) = value, words.count == 2 {
        if words[0] == "hard", let interval = Int(plain: words[1]), interval > 0 {
          configuration[keyPath: field] = .hard(every: interval)
          return
        }
        if words[0] == "polyak", let rate = Interval.unit.number(words[1]), rate > 0 {
          configuration[keyPath: field] = .polyak(rate)
          return
        }
      }
      throw SettingMismatch(expected: "[polyak, rate from 0 to 1] or [hard, updates between copies]")
    }
  }

  /// `automatic` or a positive number.
  package static func rewardScale(_ key: String, _ field: Field<RewardScale>, _ help: String) -> Setting {
    Setting(key: key, help: help) {
      switch $0[keyPath: field] {
      case .automatic: "automatic"
      case .constant(let scale): JSONValue(scale).text()
      }
    } set: { value, configuration throws(SettingMismatch) in
      if value == .word("automatic") {
        configuration[keyPath: field] = .automatic
      } else if case .word(let word) = value, let scale = Interval.above(0).number(word) {
        configuration[keyPath: field] = .constant(scale)
      } else {
        throw SettingMismatch(expected: "automatic, or a number above 0")
      }
    }
  }
}
