import Documents

/// Why a file holds no policy that can be used, or not here.
public enum PolicyError: Error, Equatable, CustomStringConvertible {
  /// The file does not say that it is a policy of a version that can be read.
  case unknownFormat(found: String?)
  /// An entry of the metadata is missing or makes no sense.
  case malformedMetadata(key: String, detail: String)
  /// A tensor does not have the shape that the network's sizes ask for.
  case wrongShape(tensor: String, expected: [Int], found: [Int])
  /// A tensor is not in single precision.
  case wrongType(tensor: String, found: String)
  /// A tensor holds a number that is not finite, or a deviation that is not positive.
  case invalidNumber(tensor: String)
  /// A tensor belongs to no policy of this shape.
  case unexpectedTensor(name: String)
  /// The prior's transform is not the one that follows from the normaliser.
  case inconsistentPrior
  /// The policy cannot be held by a format.
  case unsupported(format: String, reason: String)
  /// A weakly coupled policy cannot be used for a task.
  case notANetwork(task: String)
  /// The policy was trained for another problem.
  case otherProblem(trained: String, given: String)
  /// The policy reads other observations or chooses other actions.
  case otherSpaces(detail: String)

  /// One sentence.
  public var description: String {
    switch self {
    case .unknownFormat(nil): "The file is no policy: its metadata have no 'format'."
    case .unknownFormat(let found?):
      "The policy's format is '\(found)' and only '\(PolicyFile.formats.joined(separator: "' and '"))' can be read here."
    case .malformedMetadata(let key, let detail): "The policy's metadata are wrong at '\(key)': \(detail)."
    case .wrongShape(let tensor, let expected, let found):
      "Tensor '\(tensor)' of the policy has shape \(found) where its network needs \(expected)."
    case .wrongType(let tensor, let found): "Tensor '\(tensor)' of the policy is \(found) and should be F32."
    case .invalidNumber(let tensor):
      "Tensor '\(tensor)' of the policy holds a number that is not finite, or a deviation that is not positive."
    case .unexpectedTensor(let name): "Tensor '\(name)' belongs to no policy of this shape."
    case .inconsistentPrior: "The policy's prior transform contradicts its normaliser."
    case .unsupported(let format, let reason):
      "The policy cannot be written as \(format): \(reason); write it as safetensors or npz."
    case .notANetwork(let task):
      "The policy is weakly coupled, which cannot be \(task): only networks over whole observations can."
    case .otherProblem(let trained, let given):
      "The policy was trained for \(trained) and not for \(given): use it there, or train one here."
    case .otherSpaces(let detail): "The policy does not fit the environment: \(detail)."
    }
  }
}

/// A file that holds no policy that can be used.
public struct PolicyFileError: Error, CustomStringConvertible {
  /// The file.
  public let path: String
  /// A `SafetensorsError` or `PolicyError`.
  public let cause: any Error

  /// One sentence.
  public var description: String { "\(path): \(cause)" }
}

extension Safetensors {
  /// Takes a policy out of a file at a path; throws `FileError`, or `PolicyFileError` where the file is damaged or holds none.
  static func read<Content>(_ path: String, _ take: (Safetensors) throws -> Content) throws -> Content {
    do {
      return try take(try Safetensors(contentsOf: path))
    } catch let error as FileError {
      throw error
    } catch {
      throw PolicyFileError(path: path, cause: error)
    }
  }
}
