import Foundation
import Yams

/// Where a YAML text came from, so that errors can say so and files beside it can be found.
package struct YAMLSource {
  package let file: String?
  package let directory: String

  package init(file: String?, directory: String) {
    self.file = file
    self.directory = directory
  }

  /// Parses a text to a tree whose nodes know their lines.
  package func compose(_ text: String) throws(InputError) -> YAMLField {
    do {
      guard let node = try Yams.compose(yaml: text) else {
        throw InputError(
          .malformed, file: file, problem: "holds no market",
          remedy: "write at least name, ticks, budget, channels")
      }
      return YAMLField(node: node, key: "", source: self)
    } catch let error as InputError {
      throw error
    } catch {
      throw malformed(error)
    }
  }

  private func malformed(_ error: any Error) -> InputError {
    func failure(_ problem: String, _ line: Int?) -> InputError {
      InputError(
        .malformed, file: file, line: line, problem: "is no YAML (\(problem))",
        remedy: "check indentation, colons and brackets there")
    }
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return failure(problem, mark.line)
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.sorted()
      return failure("repeated key '\(names.first ?? "")'", context.mark.line)
    case .reader(let problem, _, _, _): return failure(problem, nil)
    default: return failure("unreadable", nil)
    }
  }
}

/// One value of a YAML tree, with the path of keys that leads to it.
package struct YAMLField {
  package let node: Node
  package let key: String
  package let source: YAMLSource

  package var isMapping: Bool { node.mapping != nil }

  /// An error at this place.
  package func error(_ kind: InputError.Kind, _ problem: String, _ remedy: String) -> InputError {
    InputError(
      kind, file: source.file, line: node.mark?.line, key: key.isEmpty ? nil : key, problem: problem,
      remedy: remedy)
  }

  package func text() throws(InputError) -> String {
    guard let text = node.scalar?.string, !text.isEmpty else {
      throw error(.invalid, "is no text", "give one plain value")
    }
    return text
  }

  package func number() throws(InputError) -> Double {
    let text = try text()
    guard let value = Double(text) else { throw error(.invalid, "is '\(text)', no number", "give a number") }
    guard value.isFinite else { throw error(.invalid, "is '\(text)'", "give a finite number") }
    return value
  }

  package func integer() throws(InputError) -> Int {
    let text = try text()
    guard let value = Int(text) else { throw error(.invalid, "is '\(text)'", "give a whole number") }
    return value
  }

  package func choice<Choice: RawRepresentable & CaseIterable>(
    _ type: Choice.Type
  ) throws(InputError) -> Choice where Choice.RawValue == String {
    let text = try text()
    guard let value = Choice(rawValue: text) else {
      let known = Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      throw error(.invalid, "is '\(text)'", "choose one of \(known)")
    }
    return value
  }

  package func items() throws(InputError) -> [YAMLField] {
    guard let sequence = node.sequence else { throw error(.invalid, "is no list", "give a list") }
    return sequence.enumerated().map { YAMLField(node: $1, key: "\(key)[\($0)]", source: source) }
  }

  package func numbers() throws(InputError) -> [Double] {
    try items().map { field throws(InputError) in try field.number() }
  }

  /// The fields of a mapping, none of which may have another name than these.
  package func mapping(_ known: [String]) throws(InputError) -> YAMLMapping {
    guard let mapping = node.mapping else {
      throw error(.invalid, "is no mapping", "give keys and values, such as '\(known[0]): …'")
    }
    var fields: [String: YAMLField] = [:]
    for (nameNode, value) in mapping {
      let name = nameNode.string ?? ""
      let path = key.isEmpty ? name : "\(key).\(name)"
      guard known.contains(name) else {
        let place = YAMLField(node: nameNode, key: path, source: source)
        throw place.error(
          .unknownKey, "is unknown",
          nearest(to: name, in: known).map { "did you mean '\($0)'?" }
            ?? "known are \(known.joined(separator: ", "))")
      }
      fields[name] = YAMLField(node: value, key: path, source: source)
    }
    return YAMLMapping(field: self, fields: fields)
  }

  /// The fields of a mapping of any names, in their order.
  package func named() throws(InputError) -> [(name: String, field: YAMLField)] {
    guard let mapping = node.mapping else {
      throw error(.invalid, "is no mapping", "give names and values")
    }
    return mapping.map { nameNode, value in
      let name = nameNode.string ?? ""
      return (name, YAMLField(node: value, key: key.isEmpty ? name : "\(key).\(name)", source: source))
    }
  }

  /// The only field of a mapping, which must have one of these names.
  package func alternative(_ known: [String]) throws(InputError) -> (name: String, value: YAMLField) {
    let fields = try mapping(known).fields
    guard fields.count == 1, let only = fields.first else {
      throw error(
        .invalid, "holds \(fields.count) keys", "give exactly one of \(known.joined(separator: ", "))")
    }
    return (only.key, only.value)
  }

  /// The path of the file that this field names, which lies where the description lies unless it says otherwise.
  package func path() throws(InputError) -> String {
    let folder = source.directory.isEmpty ? "." : source.directory
    return URL(fileURLWithPath: try text(), relativeTo: URL(fileURLWithPath: folder, isDirectory: true)).path
  }

  /// The table in the file that this field names.
  package func table() throws(InputError) -> CSVTable {
    do throws(InputError) {
      return try CSVTable(contentsOf: path())
    } catch  where error.kind == .missing {
      throw self.error(.missing, error.problem, error.remedy)
    }
  }

  /// An error of validation, which knows only its key, with the line of the deepest value on its path.
  package func locating(_ error: InputError) -> InputError {
    guard error.line == nil, error.file == nil, let path = error.key else { return error }
    var place = node
    for step in path.split(whereSeparator: { ".[]".contains($0) }) {
      guard let next = Int(step).map({ place.sequence?[checked: $0] }) ?? place.mapping?[String(step)] else {
        break
      }
      place = next
    }
    var located = error
    located.file = source.file
    located.line = place.mark?.line
    return located
  }
}

/// The fields of a mapping by name.
package struct YAMLMapping {
  package let field: YAMLField
  package let fields: [String: YAMLField]

  package subscript(name: String) -> YAMLField? { fields[name] }

  package func required(_ name: String) throws(InputError) -> YAMLField {
    guard let value = fields[name] else {
      throw field.error(.invalid, "lacks '\(name)'", "add '\(name): …'")
    }
    return value
  }
}

extension Node.Sequence {
  fileprivate subscript(checked index: Int) -> Node? { indices.contains(index) ? self[index] : nil }
}
