import Documents

/// The names under which traffic finds a model's versions, and where they stood before.
public struct ModelLabels: Sendable, Equatable {
  /// A name for a version.
  public enum Label: String, Sendable, CaseIterable {
    /// What requests get that name no version.
    case stable
    /// What is tried beside it.
    case canary
  }

  /// The versions a label stood at, the present one last.
  private var history: [Label: [Int]] = [:]

  /// Begins without labels.
  public init() {}

  /// The version a label stands at; nil where it stands nowhere.
  public subscript(label: Label) -> Int? { history[label]?.last }

  /// The labelled versions.
  public var versions: Set<Int> { Set(Label.allCases.compactMap { self[$0] }) }

  /// Moves a label to a version.
  mutating func move(_ label: Label, to version: Int) {
    guard self[label] != version else { return }
    history[label, default: []].append(version)
  }

  /// Moves a label back to where it stood before; false where it stood nowhere.
  mutating func rollBack(_ label: Label) -> Bool {
    guard let versions = history[label], versions.count > 1 else { return false }
    history[label] = versions.dropLast()
    return true
  }

  /// Forgets versions that are gone.
  mutating func keep(only versions: Set<Int>) {
    history = history.mapValues { $0.filter(versions.contains) }
  }

  /// The labels as JSON: to each a list of versions, the present one last.
  public var json: JSONValue {
    .object(
      Label.allCases.map { label in
        .init(label.rawValue, .array((history[label] ?? []).map { JSONValue($0) }))
      })
  }

  /// Reads labels; nil where the document does not hold lists of versions.
  public init?(json: JSONValue) {
    for label in Label.allCases {
      guard let versions = json[label.rawValue]?.array?.map({ $0.int ?? 0 }),
        versions.allSatisfy({ $0 > 0 })
      else { return nil }
      history[label] = versions
    }
  }
}
