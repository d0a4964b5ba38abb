import Documents

/// What a model repository cannot do.
extension InputError {
  /// The name would not be one folder.
  package static func invalidName(_ name: String) -> InputError {
    InputError(
      .invalid, problem: "'\(name)' cannot name a model",
      remedy: "use letters, digits, '-', '_' and '.', and begin with a letter or digit")
  }

  package static func missingModel(_ name: String, in repository: String) -> InputError {
    InputError(
      .missing, file: repository, problem: "there is no model '\(name)'", remedy: "publish one first")
  }

  package static func missingVersion(_ version: Int, of name: String, in repository: String) -> InputError {
    InputError(
      .missing, file: repository, problem: "model '\(name)' has no version \(version)",
      remedy: "name one that is there, or publish it")
  }

  /// A version is not what its manifest says.
  package static func damagedVersion(_ folder: String, _ problem: String) -> InputError {
    InputError(
      .malformed, file: folder, problem: "the version cannot be used: \(problem)", remedy: "publish it anew")
  }

  /// A policy reads or chooses something else than the model's other versions.
  package static func otherSpaces(_ name: String, _ problem: String) -> InputError {
    InputError(
      .invalid, problem: "the policy does not fit model '\(name)': \(problem)",
      remedy: "publish it under another name")
  }
}
