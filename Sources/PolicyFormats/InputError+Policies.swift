import Documents

/// What is wrong with a policy, or with a file of one.
extension InputError {
  /// A file that is cut short, contradicts itself or is of another kind.
  package static func damaged(_ problem: String, at key: String? = nil) -> InputError {
    InputError(.malformed, key: key, problem: problem, remedy: "write the file anew, or name another")
  }

  package static func tensor(_ name: String, _ problem: String) -> InputError {
    .damaged(problem, at: "tensor '\(name)'")
  }

  package static func shape(of tensor: String, _ found: [Int], needed: [Int]) -> InputError {
    .tensor(tensor, "has shape \(found) where its network needs \(needed)")
  }

  package static func numbers(of tensor: String) -> InputError {
    .tensor(tensor, "holds a number that is not finite, or a deviation that is not positive")
  }

  package static func metadata(_ key: String, _ problem: String) -> InputError {
    .damaged(problem, at: "metadata '\(key)'")
  }

  package static func unknownFormat(found: String?) -> InputError {
    .metadata(
      PolicyFile.Key.format,
      found.map {
        "'\($0)' is none of '\(PolicyFile.formats.joined(separator: "' and '"))', which are read here"
      }
        ?? "it is missing: this is no policy")
  }

  static func onnx(_ part: String) -> InputError { .damaged("is no ONNX model: its \(part) cannot be read") }

  /// A policy for something else.
  package static func unfit(_ problem: String) -> InputError {
    InputError(
      .invalid, key: "policy", problem: "does not fit: \(problem)",
      remedy: "use it where it was trained, or train one here")
  }
}
