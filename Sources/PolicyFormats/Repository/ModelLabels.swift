/// The names under which traffic finds a model's versions, and where they stood before; as a document, to each name a list
/// of versions, the present one last.
public struct ModelLabels: Sendable, Equatable, Codable {
  /// A name for a version.
  public enum Label: String, Sendable, CaseIterable {
    /// What requests get that name no version.
    case stable
    /// What is tried beside it.
    case canary
  }

  private var stable: [Int] = []
  private var canary: [Int] = []

  /// Begins without labels.
  package init() {}

  /// The version a label stands at; nil where it stands nowhere.
  package subscript(label: Label) -> Int? { history(of: label).last }

  /// The versions that a label stood at, the present one last. Where that one cannot be used, the newest before it that can
  /// is the one to fall back on; no other ever bore the label.
  public func history(of label: Label) -> [Int] { self[keyPath: Self.path(of: label)] }

  /// The newest version that was ever labelled; 0 without one.
  var newest: Int { (stable + canary).max() ?? 0 }

  /// The labelled versions.
  package var versions: Set<Int> { Set(Label.allCases.compactMap { self[$0] }) }

  /// Whether all labels stand at versions.
  var isSound: Bool { (stable + canary).allSatisfy { $0 > 0 } }

  /// Moves a label to a version.
  mutating func move(_ label: Label, to version: Int) {
    guard self[label] != version else { return }
    self[keyPath: Self.path(of: label)].append(version)
  }

  /// Moves a label back to where it stood before; false where it stood nowhere.
  mutating func rollBack(_ label: Label) -> Bool {
    guard history(of: label).count > 1 else { return false }
    self[keyPath: Self.path(of: label)].removeLast()
    return true
  }

  /// Forgets versions that are gone.
  mutating func keep(only versions: Set<Int>) {
    stable.removeAll { !versions.contains($0) }
    canary.removeAll { !versions.contains($0) }
  }

  private static func path(of label: Label) -> WritableKeyPath<ModelLabels, [Int]> {
    switch label {
    case .stable: \.stable
    case .canary: \.canary
    }
  }
}
