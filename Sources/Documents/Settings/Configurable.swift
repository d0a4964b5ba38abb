import Yams

/// A configuration that is read from YAML files and overrides, and written as a file with an explanation of every key.
package protocol Configurable: Sendable {
  /// The keys, in the order they are written; those of a section stand together.
  static var settings: [Setting<Self>] { get }
}

extension Configurable {
  /// Sets the values of a file; see `apply(yaml:name:passingOverUnknownKeys:)`.
  package mutating func apply(file path: String, passingOverUnknownKeys: Bool = false) throws {
    try apply(
      yaml: String(decoding: AtomicFile.read(path), as: UTF8.self), name: path,
      passingOverUnknownKeys: passingOverUnknownKeys)
  }

  /// Sets the values of a YAML document; keys it does not hold stay as they are, and keys that nothing here knows are an
  /// error unless they are to be passed over.
  package mutating func apply(yaml: String, name: String, passingOverUnknownKeys: Bool = false)
    throws(InputError)
  {
    let root: Node?
    do {
      root = try compose(yaml: yaml)
    } catch {
      throw notYAML(error, in: name)
    }
    guard let root, root.scalar?.string != "" else { return }
    guard case .mapping(let mapping) = root else {
      throw .configuration(name, "is no configuration", "write `key: value` lines")
    }
    try apply(mapping, section: "", name: name, passingOver: passingOverUnknownKeys)
  }

  /// Sets one value by a text such as `agent.learning_rate=1e-3`.
  package mutating func apply(override: String) throws(InputError) {
    let place = "--set \(override)"
    guard let equals = override.firstIndex(of: "=") else {
      throw .configuration(place, "is no override", "spell it key=value")
    }
    let node: Node?
    do {
      node = try compose(yaml: String(override[override.index(after: equals)...]))
    } catch {
      throw .configuration(place, "the value is not YAML", "put a text in quotes")
    }
    try apply(node ?? Node(""), key: String(override[..<equals]), place: place)
  }

  /// The configuration as YAML, every key with its explanation.
  package var yaml: String {
    var lines: [String] = []
    var section = ""
    for setting in Self.settings {
      let parts = setting.key.split(separator: ".", maxSplits: 1).map(String.init)
      let (newSection, name) = parts.count == 2 ? (parts[0], parts[1]) : ("", setting.key)
      if newSection != section { lines.append("\(newSection):") }
      section = newSection
      lines.append("\(section.isEmpty ? "" : "  ")\(name): \(setting.text(self))  # \(setting.help)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private mutating func apply(_ mapping: Node.Mapping, section: String, name: String, passingOver: Bool)
    throws(InputError)
  {
    for (keyNode, value) in mapping {
      let place = name + (keyNode.mark.map { ":\($0.line)" } ?? "")
      guard let word = keyNode.scalar?.string else {
        throw .configuration(place, "has a key that is no word", "write `key: value`")
      }
      let key = section + word
      let isSection = Self.settings.contains { $0.key.hasPrefix(key + ".") }
      switch value {
      case .mapping(let inner) where isSection:
        try apply(inner, section: key + ".", name: name, passingOver: passingOver)
      case .scalar(let scalar) where isSection && scalar.string.isEmpty: continue
      default:
        guard !passingOver || Self.setting(key) != nil else { continue }
        try apply(value, key: key, place: place)
      }
    }
  }

  /// The setting of a key, by its name or its former one.
  private static func setting(_ key: String) -> Setting<Self>? {
    settings.first { $0.key == key } ?? settings.first { $0.formerly == key }
  }

  private mutating func apply(_ node: Node, key: String, place: String) throws(InputError) {
    guard let setting = Self.setting(key) else {
      if let inner = Self.settings.first(where: { $0.key.hasPrefix(key + ".") }) {
        throw .configuration(
          place, "'\(key)' is a section", "set a key of it such as '\(inner.key)'")
      }
      throw .configuration(
        place, "unknown key '\(key)'",
        nearest(to: key, in: Self.settings.map(\.key)).map { "did you mean '\($0)'?" } ?? "leave it out")
    }
    do throws(SettingMismatch) {
      guard let value = SettingValue(node) else {
        throw SettingMismatch(expected: "a word or a list of words")
      }
      try setting.set(value, &self)
    } catch {
      throw .configuration(place, "'\(key)' does not take this", "give \(error.expected)")
    }
  }
}

extension SettingValue {
  fileprivate init?(_ node: Node) {
    switch node {
    case .scalar(let scalar): self = .word(scalar.string)
    case .sequence(let sequence):
      let words = sequence.compactMap(\.scalar?.string)
      guard words.count == sequence.count else { return nil }
      self = .list(words)
    default: return nil
    }
  }
}

/// What the YAML parser says, on one line.
private func notYAML(_ error: any Error, in name: String) -> InputError {
  func failure(_ problem: String, _ line: Int?) -> InputError {
    InputError(
      .configuration, file: name, line: line, problem: "is not YAML: \(problem)",
      remedy: "check indentation, colons and brackets there")
  }
  switch error as? YamlError {
  case .parser(_, let problem, let mark, _), .scanner(_, let problem, let mark, _),
    .composer(_, let problem, let mark, _):
    return failure(problem, mark.line)
  case .duplicatedKeysInMapping(let duplicates, let context):
    return failure("a key stands twice: \(duplicates.joined(separator: ", "))", context.mark.line)
  default: return failure("it is no text in UTF-8", nil)
  }
}
