import Documents
import Learning

/// A folder of models in numbered versions, laid out as NVIDIA Triton reads it:
///
///     DIR/NAME/config.pbtxt            what goes in and comes out, for Triton
///     DIR/NAME/labels.json             which version is stable, which is tried
///     DIR/NAME/3/manifest.json         digests, shapes, action ladder, market, test vectors
///     DIR/NAME/3/model.onnx            the graph
///     DIR/NAME/3/policy.safetensors    the weights
///
/// A version appears whole or not at all and never changes. Folders that begin with a dot are being written or removed.
public struct ModelRepository: Sendable, Equatable {
  /// The folder.
  public let path: String

  /// Names a repository; nothing is read or written yet.
  public init(_ path: String) { self.path = path }

  /// The names of all models with a version, in order; empty where the folder is missing or cannot be read.
  public var models: [String] { (try? readVersions().keys.sorted()) ?? [] }

  /// The versions of a model in rising order; empty where there is none.
  package func versions(of name: String) -> [Int] { (try? readVersions(of: name)) ?? [] }

  /// The versions of all models that have one. Nothing is where there is no folder; one that is there and cannot be read is
  /// another matter, and throws `InputError`.
  package func readVersions() throws(InputError) -> [String: [Int]] {
    var versions: [String: [Int]] = [:]
    for name in try Folder.names(in: path) where Self.isName(name) {
      let numbers = try readVersions(of: name)
      if !numbers.isEmpty { versions[name] = numbers }
    }
    return versions
  }

  private func readVersions(of name: String) throws(InputError) -> [Int] {
    try Folder.names(in: folder(of: name)).compactMap { text in
      Int(text).flatMap { "\($0)" == text && $0 > 0 ? $0 : nil }
    }.sorted()
  }

  /// What the files of a version look like now. While that stays, so do their bytes.
  package func marks(of name: String, version: Int) -> [String: FileMark] {
    let folder = folder(of: name, version: version)
    let names = (try? Folder.names(in: folder)) ?? []
    return names.reduce(into: [:]) { $0[$1] = FileMark("\(folder)/\($1)") }
  }

  /// Where a model's labels stand; none where no label was ever set.
  ///
  /// - Throws: `InputError` where `labels.json` makes no sense.
  public func labels(of name: String) throws(InputError) -> ModelLabels {
    let file = folder(of: name) + "/labels.json"
    let bytes: [UInt8]
    do { bytes = try AtomicFile.read(file) } catch  where error.kind == .missing { return ModelLabels() }
    guard let labels = try? JSONValue(parsing: bytes).decoded(as: ModelLabels.self), labels.isSound else {
      throw InputError(
        .malformed, file: file, problem: "makes no sense as labels",
        remedy: "`apportion publish --version N` says which version is stable and writes it anew")
    }
    return labels
  }

  /// The folder of a version.
  public func folder(of name: String, version: Int) -> String { "\(folder(of: name))/\(version)" }

  func folder(of name: String) -> String { "\(path)/\(name)" }

  /// Whether a text can name a model: one folder's name, and no hidden one.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetterOrDigit(first), text.utf8.count <= 200 else { return false }
    return text.utf8.allSatisfy { isLetterOrDigit($0) || "-_.".utf8.contains($0) }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
