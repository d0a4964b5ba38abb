import Documents
import Yams

extension Market {
  /// The SHA-256 of everything that can change how the market plays, in hexadecimal; the summary may change freely.
  ///
  /// Equal markets have equal digests on every machine: each number is hashed as the shortest text that reads back as
  /// the same number.
  public var digest: String {
    var bare = self
    bare.summary = ""
    var text = ""
    bare.node.writeCanonically(to: &text)
    return sha256(of: Array(text.utf8))
  }
}

extension Node {
  /// Compact text of the tree: scalars behind their lengths, brackets and braces, no choices of layout.
  fileprivate func writeCanonically(to text: inout String) {
    switch self {
    case .scalar(let scalar):
      text += "\(scalar.string.utf8.count):\(scalar.string)"
    case .sequence(let items):
      text += "["
      for item in items { item.writeCanonically(to: &text) }
      text += "]"
    case .mapping(let pairs):
      text += "{"
      for (key, value) in pairs {
        key.writeCanonically(to: &text)
        value.writeCanonically(to: &text)
      }
      text += "}"
    case .alias: break
    }
  }
}
