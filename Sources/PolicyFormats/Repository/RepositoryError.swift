/// Why a model repository cannot do what it was asked to.
public enum RepositoryError: Error, Equatable, CustomStringConvertible {
  /// The name would not be one folder.
  case invalidName(String)
  /// There is no model of the name.
  case missingModel(name: String, repository: String)
  /// The model has no such version.
  case missingVersion(name: String, version: Int)
  /// A version is not what its manifest says.
  case damaged(folder: String, detail: String)
  /// The file of a model's labels makes no sense.
  case damagedLabels(path: String)
  /// The new policy reads or chooses something else than the model's other versions.
  case otherSpaces(name: String, detail: String)
  /// The stable label never stood at another version that is still there.
  case nothingToRollBackTo(name: String)

  /// One sentence.
  public var description: String {
    switch self {
    case .invalidName(let name):
      "'\(name)' cannot name a model: use letters, digits, '-', '_' and '.', and begin with a letter or digit."
    case .missingModel(let name, let repository):
      "\(repository): there is no model '\(name)': publish one first."
    case .missingVersion(let name, let version): "Model '\(name)' has no version \(version)."
    case .damaged(let folder, let detail): "\(folder): the version cannot be used: \(detail)."
    case .damagedLabels(let path):
      "\(path): this makes no sense as labels; `apportion publish --version N` says which version is stable and writes it anew."
    case .otherSpaces(let name, let detail):
      "The policy does not fit model '\(name)': \(detail). Publish it under another name."
    case .nothingToRollBackTo(let name):
      "Model '\(name)' has no earlier stable version that is still there to roll back to."
    }
  }
}
